package dev.usher.bench;

import dev.usher.session.Flavour;
import dev.usher.session.LexMode;
import dev.usher.session.SqlLexer;
import dev.usher.session.StatementTraits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Every text of a COM_QUERY and COM_STMT_PREPARE is read once, out of the buffer that the socket was read into. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Lexer {
    /** What is read. */
    public enum Text {
        POINT_SELECT("SELECT c FROM sbtest1 WHERE id=5042"),
        LONGER_SELECT("select u1_0.id,u1_0.name,u1_0.email from users u1_0 where u1_0.id=? and u1_0.deleted_at is null limit 1"),
        INSERT("INSERT INTO `orders` (`customer`,`total`,`created`) VALUES (4711,'129.90','2026-01-01 00:00:00')"),
        SET("SET SESSION sql_mode='STRICT_TRANS_TABLES', @tenant = 'tenant 4711'"),
        FUNCTIONS("SELECT @@session.tx_isolation, COUNT(*), DATE_ADD(NOW(), INTERVAL 1 DAY) FROM t WHERE a IN (1,2,3)"),
        /** 100 kB. */
        LONG_LITERAL("INSERT INTO t (a) VALUES ('" + "x".repeat(100_000) + "')");

        private final String sql;

        Text(String sql) {
            this.sql = sql;
        }
    }

    @Param
    public Text text;

    private final SqlLexer lexer = new SqlLexer(Flavour.MARIADB);
    private ByteBuf sql;

    @Setup
    public void write() {
        sql = Unpooled.directBuffer().writeBytes(text.sql.getBytes(StandardCharsets.UTF_8));
    }

    @Benchmark
    public StatementTraits read() {
        return lexer.read(sql, 0, sql.readableBytes(), LexMode.DEFAULT);
    }
}
