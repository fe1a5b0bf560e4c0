package dev.usher.reference;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Every error of one family: a line for each, {@code code symbol SQLSTATE}, and a first line with the version that the list was taken from.
 * {@code ErrorListsIT} compares them with the servers, and writes them.
 */
final class ErrorList {
    private static final Map<Family, ErrorList> LOADED = new EnumMap<>(Family.class);

    private final String version;
    private final List<Line> lines;

    record Line(int code, String symbol, String sqlState) {}

    private ErrorList(String version, List<Line> lines) {
        this.version = version;
        this.lines = lines;
    }

    static synchronized ErrorList of(Family family) {
        return LOADED.computeIfAbsent(family, ErrorList::load);
    }

    /** Such as {@code 9.7}. */
    String version() {
        return version;
    }

    /** In ascending order of codes. */
    List<Line> lines() {
        return lines;
    }

    private static ErrorList load(Family family) {
        String file = family.key() + ".txt";
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ErrorList.class.getResourceAsStream(file), file), StandardCharsets.US_ASCII))) {
            String first = in.readLine();
            List<Line> lines = new ArrayList<>(8192);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int one = line.indexOf(' ');
                int two = line.indexOf(' ', one + 1);
                lines.add(new Line(Integer.parseInt(line, 0, one, 10), line.substring(one + 1, two), line.substring(two + 1)));
            }
            return new ErrorList(first, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
