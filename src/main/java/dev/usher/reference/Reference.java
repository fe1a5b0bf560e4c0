package dev.usher.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what is known about an error. What it reads it reads when it is first asked for. For one thread. */
public final class Reference {
    private static final Pattern NUMBER = Pattern.compile("(?:MY-0*)?(\\d{1,6})", Pattern.CASE_INSENSITIVE);
    private static final Pattern SYMBOL = Pattern.compile("[A-Z]\\w*_\\w+", Pattern.CASE_INSENSITIVE);
    private static final Pattern SQL_STATE = Pattern.compile("[0-9A-Z]{5}", Pattern.CASE_INSENSITIVE);
    /** MariaDB's names for numbers that it keeps free: worth a line only where the number means nothing else. */
    private static final Pattern UNUSED = Pattern.compile("ER_(?:UNUSED|MYSQL)_\\d+");
    private static final int SEVERAL = 5;

    private @Nullable Related related;

    /**
     * What was found for one thing that somebody asked for.
     *
     * @param count how often it stands in the text; 1 for a number, symbol or SQLSTATE
     * @param meanings one, or several where MySQL and MariaDB use a number for different errors
     */
    public record Hit(List<Explanation> meanings, int count) {
        public int code() {
            return meanings.getFirst().code();
        }
    }

    /**
     * A number, a symbol, an SQLSTATE, or any text that has some of these in it, such as an error message, a stack trace or a log.
     *
     * @return what it is about, the most frequent first; empty if nothing is known
     */
    public List<Hit> find(String question) {
        String text = question.strip();
        var number = NUMBER.matcher(text);
        if (number.matches()) {
            // 40001 and 08004 are SQLSTATEs that look like numbers, and 08004 must not be read as 8004.
            List<Explanation> found = text.startsWith("0") ? List.of() : byCode(Integer.parseInt(number.group(1)));
            if (!found.isEmpty() || text.length() != 5) {
                return hits(found);
            }
        }
        if (SQL_STATE.matcher(text).matches()) {
            List<Hit> found = bySqlState(text.toUpperCase(Locale.ROOT));
            if (!found.isEmpty()) {
                return found;
            }
        }
        if (SYMBOL.matcher(text).matches()) {
            return hits(bySymbol(text.toUpperCase(Locale.ROOT)));
        }
        return inText(text);
    }

    /** Every error that a text mentions, with how often it does. */
    public List<Hit> inText(String text) {
        Map<Integer, Integer> counts = new Mentions(this).count(text);
        return counts.entrySet().stream()
                .map(entry -> new Hit(byCode(entry.getKey()), entry.getValue()))
                .filter(hit -> !hit.meanings().isEmpty())
                .sorted(Comparator.comparingInt(Hit::count).reversed())
                .toList();
    }

    private static List<Hit> hits(List<Explanation> meanings) {
        return meanings.isEmpty() ? List.of() : List.of(new Hit(meanings, 1));
    }

    /** Every meaning of a number: full entries, and short ones for the families that they leave out. */
    public List<Explanation> byCode(int code) {
        List<Explanation> found = new ArrayList<>();
        Set<Family> covered = EnumSet.noneOf(Family.class);
        for (Entry entry : EntryFiles.of(code)) {
            found.add(entry);
            covered.addAll(entry.servers().keySet());
        }
        Map<String, ShortEntry> others = new LinkedHashMap<>();
        for (Family family : Family.values()) {
            if (covered.contains(family)) {
                continue;
            }
            for (ErrorList.Line line : ErrorList.of(family).lines()) {
                if (line.code() == code && (found.isEmpty() || !UNUSED.matcher(line.symbol()).matches())) {
                    others.merge(line.symbol(), shortEntry(family, line), Reference::both);
                }
            }
        }
        found.addAll(others.values());
        return found;
    }

    /** Whose symbol it is, on whichever server. */
    public List<Explanation> bySymbol(String symbol) {
        List<Explanation> found = new ArrayList<>();
        for (int code : codesOf(symbol)) {
            byCode(code).stream().filter(each -> has(each, symbol)).forEach(found::add);
        }
        return found;
    }

    private static boolean has(Explanation meaning, String symbol) {
        return switch (meaning) {
            case ShortEntry other -> other.symbol().equals(symbol);
            case Entry entry -> entry.symbol().equals(symbol)
                    || entry.differs().values().stream().anyMatch(wording -> wording.symbol().equals(symbol));
        };
    }

    private static List<Integer> codesOf(String symbol) {
        List<Integer> codes = new ArrayList<>();
        for (Family family : Family.values()) {
            for (ErrorList.Line line : ErrorList.of(family).lines()) {
                if (line.symbol().equals(symbol) && !codes.contains(line.code())) {
                    codes.add(line.code());
                }
            }
        }
        return codes;
    }

    /** Full entries only, unless there is none: 08S01 has few, HY000 thousands that nobody wants to read. */
    private List<Hit> bySqlState(String sqlState) {
        List<Hit> full = entries().stream()
                .filter(entry -> entry.sqlState().equals(sqlState)
                        || entry.differs().values().stream().anyMatch(wording -> wording.sqlState().equals(sqlState)))
                .sorted(Comparator.comparing(Entry::common).reversed())
                .map(entry -> new Hit(List.of(entry), 1))
                .toList();
        if (!full.isEmpty()) {
            return full;
        }
        Set<Integer> codes = new TreeSet<>();
        for (Family family : Family.values()) {
            ErrorList.of(family).lines().stream().filter(line -> line.sqlState().equals(sqlState)).forEach(line -> codes.add(line.code()));
        }
        return codes.stream().map(code -> new Hit(byCode(code), 1)).toList();
    }

    /** Every full entry, in the order of codes. */
    public List<Entry> entries() {
        return EntryFiles.codes().stream().flatMap(code -> EntryFiles.of(code).stream()).toList();
    }

    /** A short entry for everything that has no full one; in the order of codes. */
    public List<ShortEntry> shortEntries() {
        Map<Integer, Set<Family>> full = new TreeMap<>();
        for (Entry entry : entries()) {
            full.computeIfAbsent(entry.code(), code -> EnumSet.noneOf(Family.class)).addAll(entry.servers().keySet());
        }
        Map<Integer, Map<String, ShortEntry>> found = new TreeMap<>();
        for (Family family : Family.values()) {
            for (ErrorList.Line line : ErrorList.of(family).lines()) {
                if (!full.getOrDefault(line.code(), Set.of()).contains(family)) {
                    found.computeIfAbsent(line.code(), code -> new LinkedHashMap<>())
                            .merge(line.symbol(), shortEntry(family, line), Reference::both);
                }
            }
        }
        return found.values().stream().flatMap(each -> each.values().stream()).toList();
    }

    private ShortEntry shortEntry(Family family, ErrorList.Line line) {
        if (related == null) {
            related = new Related();
        }
        return new ShortEntry(line.code(), line.symbol(), line.sqlState(), List.of(family), related.to(line));
    }

    private static ShortEntry both(ShortEntry one, ShortEntry two) {
        List<Family> servers = new ArrayList<>(one.servers());
        servers.addAll(two.servers());
        return new ShortEntry(one.code(), one.symbol(), one.sqlState(), List.copyOf(servers), one.related());
    }

    /** What somebody may have meant who asked for something unknown: the nearest symbols, or numbers. */
    public List<Explanation> nearest(String question) {
        return new Nearest(this).to(question.strip(), SEVERAL);
    }
}
