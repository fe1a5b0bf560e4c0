package dev.usher.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts as drivers, frameworks and logs write them. Each stands in the file behind a line with the error that it is about. */
class PastedTextsTest {
    private static final Path FILE = Path.of("src", "test", "resources", "dev", "usher", "reference", "pasted-texts.txt");

    record Pasted(int code, String from, String text) {
        @Override
        public String toString() {
            return code + " " + from;
        }
    }

    static Stream<Pasted> texts() throws IOException {
        return Arrays.stream(Files.readString(FILE).split("(?m)^== ")).filter(part -> !part.isBlank()).map(part -> {
            String[] title = part.lines().findFirst().orElseThrow().split(" ", 2);
            return new Pasted(Integer.parseInt(title[0]), title[1], part.substring(part.indexOf('\n') + 1));
        });
    }

    @ParameterizedTest
    @MethodSource("texts")
    void findsTheErrorThatATextIsAboutAndNoOther(Pasted pasted) {
        List<Reference.Hit> hits = new Reference().find(pasted.text());
        assertThat(hits).extracting(Reference.Hit::code).containsExactly(pasted.code());
        assertThat(hits.getFirst().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void givesTheSameAnswerAsTheNumber(Pasted pasted) {
        Reference reference = new Reference();
        assertThat(reference.find(pasted.text()).getFirst().meanings())
                .isEqualTo(reference.find(String.valueOf(pasted.code())).getFirst().meanings());
    }

    @Test
    void countsWhatALogMentions() throws IOException {
        List<Reference.Hit> hits = new Reference().inText(Files.readString(FILE));
        int expected = (int) texts().filter(pasted -> pasted.code() == 1040).count();
        assertThat(hits.getFirst().code()).isEqualTo(1040);
        assertThat(hits.getFirst().count()).isBetween(expected, expected + 2);
        assertThat(texts()).hasSizeGreaterThanOrEqualTo(30);
    }

    @Test
    void aNumberThatIsNoErrorNumberIsNone() {
        assertThat(new Reference().inText("2026-03-02 09:14:07 order 1040 was paid with 1205 cents by customer 2006\nGET /items/1045 200"))
                .isEmpty();
    }
}
