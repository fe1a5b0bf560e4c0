package dev.usher.session;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/** Prints nanoseconds and allocated bytes per statement. A first look, not a benchmark: run it twice. */
public final class SqlLexerTiming {
    private static final String[] STATEMENTS = {
        "SELECT c FROM sbtest1 WHERE id=5042",
        "select u1_0.id,u1_0.name,u1_0.email from users u1_0 where u1_0.id=? and u1_0.deleted_at is null limit 1",
        "INSERT INTO `orders` (`customer`,`total`,`created`) VALUES (4711,'129.90','2026-01-01 00:00:00')",
        "UPDATE sbtest1 SET k=k+1 WHERE id=5042",
        "SET autocommit=1",
        "SELECT @@session.tx_isolation, COUNT(*), DATE_ADD(NOW(), INTERVAL 1 DAY) FROM t WHERE a IN (1,2,3)",
        "INSERT INTO t (a) VALUES ('" + "x".repeat(100_000) + "')"
    };

    private SqlLexerTiming() {}

    /** No arguments. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SqlLexer lexer = new SqlLexer(Flavour.MYSQL);
        for (boolean direct : new boolean[]{false, true}) {
            for (String sql : STATEMENTS) {
                byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
                ByteBuf buf = direct ? Unpooled.directBuffer().writeBytes(bytes) : Unpooled.wrappedBuffer(bytes);
                int rounds = Math.max(2_000, 100_000_000 / (bytes.length * 4 + 60));
                time(lexer, buf, bytes.length, rounds);
                long allocated = threads.getCurrentThreadAllocatedBytes();
                long nanos = time(lexer, buf, bytes.length, rounds);
                allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
                System.out.printf(
                        "%-6s %7d bytes %9.1f ns %6.2f bytes allocated  %.60s%n",
                        direct ? "direct" : "heap",
                        bytes.length,
                        (double) nanos / rounds,
                        (double) allocated / rounds,
                        sql);
                buf.release();
            }
        }
    }

    /** Of this thread's CPU time: the machine may have other things to do. */
    private static long time(SqlLexer lexer, ByteBuf buf, int length, int rounds) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < rounds; i++) {
            if (lexer.read(buf, 0, length, LexMode.DEFAULT).verb() == Verb.NONE) {
                throw new AssertionError("not read");
            }
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    }
}
