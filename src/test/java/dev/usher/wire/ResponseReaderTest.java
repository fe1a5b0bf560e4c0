package dev.usher.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.testing.ScriptedResponse;
import dev.usher.wire.Command.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {
    static List<Responses> responses() {
        return Responses.ALL;
    }

    @ParameterizedTest
    @MethodSource("responses")
    void findsTheEndOfEveryShape(Responses response) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        ReaderRun run = ReaderRun.of(response.shape(), false, bytes);
        assertThat(run.names()).isEqualTo(response.events());
        assertThat(run.reader().done()).isTrue();
        assertThat(run.passed()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void isNotDoneBeforeTheLastByte(Responses response) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        for (int length = 0; length < bytes.length; length++) {
            assertThat(ReaderRun.of(response.shape(), false, Arrays.copyOf(bytes, length)).reader().done()).as("after %d bytes", length)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("responses")
    void leavesTheNextResponseAlone(Responses response) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        byte[] two = Arrays.copyOf(bytes, bytes.length * 2);
        System.arraycopy(bytes, 0, two, bytes.length, bytes.length);
        assertThat(ReaderRun.of(response.shape(), false, two).passed()).isEqualTo(bytes);
    }

    @Provide
    Arbitrary<Responses> anyResponse() {
        return Arbitraries.of(Responses.ALL);
    }

    @Property(tries = 500)
    void cutsChangeNothing(@ForAll("anyResponse") Responses response, @ForAll boolean eachRow, @ForAll long seed) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        ReaderRun whole = ReaderRun.of(response.shape(), eachRow, bytes);
        ReaderRun cut = new ReaderRun(response.shape(), eachRow, 0);
        var random = new Random(seed);
        int most = 1 + random.nextInt(30);
        for (int from = 0; from < bytes.length;) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(most));
            cut.feed(bytes, from, length);
            from += length;
        }
        assertThat(cut.events()).isEqualTo(whole.events());
        assertThat(cut.passed()).isEqualTo(bytes);
        assertThat(cut.reader().done()).isTrue();
    }

    @Test
    void givesEachRowWhole() {
        ReaderRun run =
                ReaderRun.of(Response.RESULT, true, ScriptedResponse.toUsher(r -> r.columns("a", "b").row("1", "2").row("3", "4").end()));
        assertThat(run.names()).isEqualTo("COLUMN_COUNT ROW ROW METADATA_END ROW ROW ROWS_END");
        assertThat(run.events().get(4)).isEqualTo("ROW 4 01310132");
    }

    @ParameterizedTest
    @ValueSource(ints = {Packets.MAX_FRAME - 1, Packets.MAX_FRAME, Packets.MAX_FRAME + 1, 2 * Packets.MAX_FRAME, 2 * Packets.MAX_FRAME + 5})
    void rowsOfSeveralFramesAreOneRow(int payload) {
        byte[] bytes = ScriptedResponse.toUsher(r -> r.columns("a").rowOf(payload).row("behind").end());
        ReaderRun run = ReaderRun.of(Response.RESULT, false, bytes);
        assertThat(run.names()).isEqualTo("COLUMN_COUNT METADATA_END ROWS_END");
        assertThat(run.reader().rows()).isEqualTo(2);
        assertThat(run.reader().done()).isTrue();
        assertThat(run.reader().lastSequence()).isEqualTo(5 + payload / Packets.MAX_FRAME);
    }

    @Test
    void aContinuationThatBeginsLikeAnErrIsNone() {
        byte[] bytes = ScriptedResponse.toUsher(r -> r.columns("a").rowOf(Packets.MAX_FRAME + 3).end());
        int second = bytes.length - (Packets.HEADER + 7) - 3;
        bytes[second] = (byte) 0xFF;
        assertThat(ReaderRun.of(Response.RESULT, false, bytes).names()).isEqualTo("COLUMN_COUNT METADATA_END ROWS_END");
    }

    @Test
    void aRowThatBeginsLikeAnEndIsNone() {
        // 0xFE begins the length of a value of 16 MiB and more: only a shorter packet can be the end.
        ReaderRun run =
                ReaderRun.of(Response.RESULT, false, ScriptedResponse.toUsher(r -> r.columns("a").rowOf(Packets.MAX_FRAME + 9).end()));
        assertThat(run.reader().rows()).isEqualTo(1);
    }

    @Test
    void movesSequenceIdsInEveryPacket() {
        Consumer<ScriptedResponse> script = r -> r.columns("a").row("1").end();
        ReaderRun run = new ReaderRun(Response.RESULT, false, -2);
        byte[] bytes = ScriptedResponse.toUsher(r -> script.accept(r.sequence(3)));
        run.feed(bytes, 0, bytes.length);
        assertThat(run.passed()).isEqualTo(ScriptedResponse.toUsher(script));
    }

    @Test
    void sequenceIdsWrap() {
        byte[] bytes = ScriptedResponse.toUsher(r -> {
            r.columns("a");
            for (int i = 0; i < 600; i++) {
                r.row("x");
            }
            r.end();
        });
        assertThat(ReaderRun.of(Response.RESULT, false, bytes).reader().lastSequence()).isEqualTo(603 & 0xFF);
    }

    static List<Consumer<ScriptedResponse>> nonsense() {
        return List.of(
                r -> r.garbage((byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 0),
                r -> r.packet(out -> out.writeByte(0xFE).writeLongLE(-5)),
                r -> r.packet(out -> out.writeByte(0xFC)),
                r -> r.packet(out -> out.writeByte(0)),
                r -> r.packet(
                        out -> out.writeByte(0).writeByte(0).writeByte(0).writeShortLE(0x4000).writeShortLE(0).writeByte(0).writeByte(99)),
                r -> r.columns("a").packet(out -> out.writeByte(0xFE)),
                r -> r.columns("a").packet(out -> out.writeByte(0xFE).writeByte(0xFF).writeZero(9)),
                r -> r.columns("a").row("1").garbage(new byte[8]));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void refusesWhatIsNoResponse(Consumer<ScriptedResponse> script) {
        assertThatThrownBy(() -> ReaderRun.of(Response.RESULT, false, ScriptedResponse.toUsher(script)))
                .isInstanceOf(MalformedPacketException.class);
    }

    @Property(tries = 2000)
    void anyBytesEndWellOrAsMalformed(@ForAll byte[] bytes, @ForAll Response shape, @ForAll boolean eachRow) {
        try {
            ReaderRun run = ReaderRun.of(shape, eachRow, bytes);
            assertThat(run.passed()).isEqualTo(Arrays.copyOf(bytes, run.passed().length));
        } catch (MalformedPacketException | IndexOutOfBoundsException expected) {
            assertThat(bytes).isNotEmpty();
        }
    }

    @Property(tries = 2000)
    void spoiledResponsesEndWellOrAsMalformed(@ForAll("anyResponse") Responses response, @ForAll long seed, @ForAll boolean eachRow) {
        byte[] bytes = ScriptedResponse.toUsher(response.script());
        var random = new Random(seed);
        for (int i = 0; i <= random.nextInt(3); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
            ReaderRun run = ReaderRun.of(response.shape(), eachRow, bytes);
            assertThat(run.passed().length).isLessThanOrEqualTo(bytes.length);
        } catch (MalformedPacketException | IndexOutOfBoundsException expected) {
            assertThat(bytes).isNotEmpty();
        }
    }
}
