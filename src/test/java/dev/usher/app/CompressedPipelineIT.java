package dev.usher.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.usher.testing.FakeClient;
import dev.usher.testing.ServerKind;
import dev.usher.testing.TestAccount;
import dev.usher.testing.TestServer;
import dev.usher.testing.TestServers;
import dev.usher.wire.Capabilities;
import dev.usher.wire.Command;
import dev.usher.wire.Packets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the frames are numbered in which a client with compression gets its answers that sends a command before it has read the answer to the one before. */
class CompressedPipelineIT {
    private static final TestAccount ROOT = new TestAccount("root", "", "");
    private static final int OK_LENGTH = Packets.HEADER + 7;

    @TempDir
    private Path state;

    private record Sent(String what, int commands, List<byte[]> frames) {}

    private static List<Sent> sent() {
        byte[] first = packet("DO SLEEP(0.2)");
        byte[] second = packet("DO 2");
        byte[] third = packet("DO 3");
        return List.of(
                new Sent("two commands in one frame", 2, List.of(frame(0, first, second))),
                new Sent("two commands in frames of their own", 2, List.of(frame(0, first), frame(0, second))),
                new Sent("three commands in two frames", 3, List.of(frame(0, first), frame(0, second, third))),
                new Sent("three commands in three frames", 3, List.of(frame(0, second), frame(0, first), frame(0, third))));
    }

    private static byte[] packet(String sql) {
        return ByteBufUtil
                .getBytes(Packets.write(Unpooled.buffer(), 0, out -> out.writeByte(Command.QUERY.code()).writeBytes(sql.getBytes(UTF_8))));
    }

    private static byte[] frame(int number, byte[]... stored) {
        ByteBuf all = Unpooled.wrappedBuffer(stored);
        return ByteBufUtil.getBytes(
                Unpooled.buffer().writeMediumLE(all.readableBytes()).writeByte(number).writeMediumLE(0).writeBytes(all));
    }

    static List<ServerKind> servers() {
        return TestServers.installed();
    }

    /** The numbers of the frames in which the OKs come. */
    private static List<Integer> numbers(InetSocketAddress address, Sent sent) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        try (FakeClient client = FakeClient.loggedIn(address, ROOT, FakeClient.USUAL | Capabilities.COMPRESS)) {
            client.wire().sendRaw(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(sent.frames().toArray(byte[][]::new))));
            for (int left = sent.commands() * OK_LENGTH; left > 0;) {
                ByteBuf header = Unpooled.wrappedBuffer(client.wire().readRaw(7));
                int length = header.readUnsignedMediumLE();
                numbers.add((int) header.readUnsignedByte());
                client.wire().readRaw(length);
                left -= length;
            }
        }
        return numbers;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void answersAreNumberedAsTheServerNumbersThem(ServerKind kind) throws IOException {
        TestServer server = TestServers.find(kind).orElseThrow();
        try (RunningUsher usher = RunningUsher.knowing(ROOT, server.port(), state, config -> config)) {
            for (Sent sent : sent()) {
                assertThat(numbers(usher.address(), sent)).as(sent.what())
                        .isEqualTo(numbers(new InetSocketAddress("127.0.0.1", server.port()), sent));
            }
        }
    }
}
