package dev.usher.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.usher.error.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for the files of the reference as such. */
class EntriesTest {
    /** What people look up when an application can not reach its database. */
    private static final List<Integer> MUST_BE_THERE = Stream.of(
            IntStream.of(1040, 1041, 1042, 1043, 1044, 1045, 1047, 1053), IntStream.rangeClosed(1077, 1081),
            IntStream.of(1094, 1095, 1129, 1130, 1131, 1135),
            IntStream.rangeClosed(1152, 1161),
            IntStream.of(1184, 1203, 1205, 1213, 1226, 1227, 1251, 1275, 1317, 1461, 1524, 1698, 1820, 1862, 1927, 1969),
            IntStream.of(2002, 2003, 2005, 2006, 2012, 2013, 2020, 2026, 2027, 2055, 2059, 2061, 3024, 3032, 3118, 3159, 3168, 3169, 3955,
                    4031, 4151))
            .flatMapToInt(codes -> codes).boxed().toList();

    private static final List<Entry> ENTRIES = new Reference().entries();

    @Test
    void everyErrorThatMustBeThereIs() {
        assertThat(ENTRIES).extracting(Entry::code).containsAll(MUST_BE_THERE);
    }

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void everyRefusalOfUshersHasAnEntryThatSaysSo(Refusal refusal) {
        assertThat(ENTRIES).filteredOn(entry -> entry.code() == refusal.code())
                .anySatisfy(entry -> assertThat(entry.usher()).contains("Usher").doesNotMatch("Relayed\\."));
    }

    @Test
    void anErrorOfAFamilyHasOneEntry() {
        Set<String> seen = new HashSet<>();
        for (Entry entry : ENTRIES) {
            entry.servers().keySet()
                    .forEach(family -> assertThat(seen.add(family + " " + entry.code())).as("%s %d", family, entry.code()).isTrue());
        }
    }

    @Test
    void symbolsAndSqlStatesAreThoseOfTheLists() {
        for (Entry entry : ENTRIES) {
            entry.servers().forEach((family, versions) -> {
                List<ErrorList.Line> listed = ErrorList.of(family).lines().stream().filter(line -> line.code() == entry.code()).toList();
                if (versions.startsWith("up to")) {
                    assertThat(listed).as("%s no longer has %d", family, entry.code()).isEmpty();
                } else {
                    Entry.Wording wording = entry.wording(family);
                    assertThat(listed).as("%s %d", family, entry.code())
                            .containsExactly(new ErrorList.Line(entry.code(), wording.symbol(), wording.sqlState()));
                }
            });
        }
    }

    @Test
    void whatIsRelatedHasAnEntry() {
        Set<Integer> codes = ENTRIES.stream().map(Entry::code).collect(Collectors.toSet());
        for (Entry entry : ENTRIES) {
            assertThat(codes).as("related to %d", entry.code()).containsAll(entry.related()).contains(entry.code());
            assertThat(entry.related()).as("related to %d", entry.code()).doesNotContain(entry.code()).doesNotHaveDuplicates();
        }
    }

    @Test
    void aFileIsNamedAfterWhatIsInIt() {
        for (String name : EntryFiles.names()) {
            int code = Integer.parseInt(name.replaceFirst("\\D.*", ""));
            String suffix = name.replaceFirst("^\\d+", "").replace(".toml", "");
            List<Entry> entries = EntryFiles.of(code);
            assertThat(entries).as(name).allMatch(entry -> entry.code() == code);
            if (!suffix.isEmpty()) {
                assertThat(entries).as(name)
                        .anyMatch(entry -> entry.servers().keySet().stream().anyMatch(family -> suffix.equals("-" + family.key())));
            }
        }
    }

    @Test
    void whatTheReproductionExpectsIsTheErrorOfTheEntry() {
        for (Entry entry : ENTRIES) {
            entry.reproduce().forEach((family, way) -> {
                if (way.possible() && way.expected().contains("SQLSTATE[")) {
                    assertThat(way.expected()).contains("SQLSTATE[" + entry.sqlState() + "]")
                            .contains(" " + entry.code() + " " + entry.message());
                } else if (way.possible() && !way.expected().startsWith("log: ")) {
                    String state = entry.wording(family).sqlState();
                    assertThat(way.expected()).as("%d on %s", entry.code(), family)
                            .startsWith("ERROR " + entry.code() + " (" + state + ")");
                }
            });
        }
    }

    @Test
    void theExpectedTextIsTheMessageOfTheEntry() {
        for (Entry entry : ENTRIES) {
            entry.reproduce().forEach((family, way) -> {
                Family whose = entry.servers().containsKey(family) ? family : Family.CLIENT;
                if (way.possible() && whose != Family.CLIENT && entry.code() != 1064) {
                    String plain = way.expected().replaceAll("\\{[^{}]*}", "x").replaceFirst("^(?:log: |ERROR \\d+ \\(\\w+\\): )", "");
                    String message = entry.wording(whose).message().replaceFirst("^%s: ", "").replace("\\n", "");
                    Stream.of(message.split("%[-.*\\d]*l{0,2}[disuQE]+")).map(String::strip).filter(part -> part.length() > 12)
                            .forEach(part -> assertThat(normal(plain)).as("%d on %s", entry.code(), family).contains(normal(part)));
                }
            });
        }
    }

    /** Expected texts have place-holders for the product's name and a full stop that one family has. */
    private static String normal(String text) {
        return text.replaceAll("\\b(?:MySQL|MariaDB)\\b", "x").replaceAll("mysqladmin|mariadb-admin", "x").replaceAll("[.x ]+$", "")
                .replaceAll("reset your password using ALTER USER statement|SET PASSWORD", "x");
    }

    @Test
    void fixesNameServersThatHaveTheError() {
        for (Entry entry : ENTRIES) {
            Set<Family> has = entry.reproduce().keySet();
            List<String> strange =
                    entry.fixes().stream().filter(fix -> fix.on().stream().noneMatch(has::contains)).map(Entry.Fix::title).toList();
            assertThat(strange).as("%d", entry.code()).isEmpty();
        }
    }

    @Test
    void aTypingErrorInAFileIsNamed() {
        String good = new String(file("1046.toml"), StandardCharsets.UTF_8);
        Map<String, String> wrong = Map.of(
                good.replace("class = \"statement\"", "class = \"statment\""), "x.toml: class is none of [connection",
                good.replace("meaning", "meening"), "x.toml:  has meening",
                good.replace("\"shop> SELECT", "\"SELECT"), "x.toml: reproduce.steps has a step",
                good.replace("language = \"sql\"", "language = \"sequel\""), "x.toml: fixes.language is none of",
                good.replace("[servers]", "[servers]\noracle = \"all\""), "x.toml: servers has oracle",
                good.replace("code = 1046", "code = \"1046\""), "x.toml: code is no number",
                good.replace("causes = [", "causes = ["
                        + "1, "),
                "x.toml: causes is not a list of texts");
        wrong.forEach((text, message) -> assertThatThrownBy(() -> EntryReader.read("x.toml", text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message));
    }

    @ParameterizedTest
    @CsvSource({"1040,ER_CON_COUNT_ERROR,08004", "1927,ER_CONNECTION_KILLED,70100"})
    void numberSymbolAndSqlStateFindTheSame(String number, String symbol, String state) {
        Reference reference = new Reference();
        assertThat(reference.find(symbol)).isEqualTo(reference.find(number));
        assertThat(reference.find(state)).contains(reference.find(number).getFirst());
        assertThat(reference.find(symbol.toLowerCase(java.util.Locale.ROOT))).isEqualTo(reference.find(number));
    }

    @Test
    void aNumberWithTwoMeaningsHasBoth() {
        for (int code : new int[]{4031, 4151}) {
            List<Reference.Hit> hits = new Reference().find(String.valueOf(code));
            assertThat(hits).singleElement().extracting(Reference.Hit::meanings).asList().hasSize(2);
        }
        assertThat(new Reference().find("ER_CLIENT_INTERACTION_TIMEOUT")).singleElement().extracting(Reference.Hit::meanings).asList()
                .hasSize(1);
    }

    @Test
    void anErrorWithoutAFullEntryHasAShortOne() {
        Explanation found = new Reference().find("1062").getFirst().meanings().getFirst();
        assertThat(found).isInstanceOfSatisfying(ShortEntry.class, entry -> {
            assertThat(entry.symbol()).isEqualTo("ER_DUP_ENTRY");
            assertThat(entry.sqlState()).isEqualTo("23000");
            assertThat(entry.servers()).containsExactly(Family.MYSQL, Family.MARIADB);
        });
        assertThat(new Reference().shortEntries()).hasSizeGreaterThan(6000);
    }

    @ParameterizedTest
    @CsvSource({"10400,1040", "ER_CON_CUONT_ERROR,1040", "999,1000", "ER_LOCK_WAIT_TIMEOT,1205"})
    void theNearestIsOffered(String asked, int meant) {
        assertThat(new Reference().find(asked)).isEmpty();
        assertThat(new Reference().nearest(asked)).extracting(Explanation::code).contains(meant);
    }

    @Test
    void shortEntriesNameRelatedOnesThatExist() {
        Set<Integer> full = new HashSet<>(EntryFiles.codes());
        List<Integer> dangling = new ArrayList<>();
        new Reference().shortEntries()
                .forEach(entry -> entry.related().stream().filter(code -> !full.contains(code)).forEach(dangling::add));
        assertThat(dangling).isEmpty();
        assertThat(new Reference().byCode(1049)).isNotEmpty();
    }

    private static byte[] file(String name) {
        try (var in = EntryFiles.class.getResourceAsStream("entries/" + name)) {
            return in.readAllBytes();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

}
