package dev.usher.reference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds errors in the texts of clients, drivers, frameworks and logs. A number counts only where such a text writes an error number; a line without
 * one is recognised by the words of the message. What belongs to one event (a stack trace with its causes, an error object over several lines)
 * counts once.
 */
final class Mentions {
    /** Where the numbers stand. */
    private static final List<Pattern> NUMBERS = List.of(
            // ERROR 1040 (08004): …  Error 1040: …  error code: 1040  errno: 1040  SQL Error: 1040, SQLState: …  Error_code: MY-001040
            Pattern.compile(
                    "(?i)\\b(?:SQL )?(?:err(?:or)?[ _]?(?:code|no|number)?|vendor ?code|errorcode)\\s*[:=]?\\s*[\"']?(?:MY-0*)?(\\d{4,5})\\b"),
            // SQLSTATE[HY000] [1040] …
            Pattern.compile("SQLSTATE\\[\\w{5}\\] \\[(\\d{4,5})\\]"),
            // SQLSTATE[42000]: Syntax error or access violation: 1064 …
            Pattern.compile("SQLSTATE\\[\\w{5}\\]: [^:\\[\\]]{3,60}: (\\d{4,5}) "),
            // (1040, 'Too many connections')
            Pattern.compile("\\((\\d{4,5}), ?[\"'bu]"),
            // mysql.connector.errors.DatabaseError: 1040: …
            Pattern.compile("(?:Error|Exception): (\\d{4,5}): "),
            // 1040 (08004): …
            Pattern.compile("\\b(\\d{4,5}) \\([0-9A-Z]{5}\\)"),
            // [Warning] [MY-010914] [Server] …
            Pattern.compile("\\[MY-0*(\\d{4,6})\\]"),
            // (HY000/1040): …, of mysqli
            Pattern.compile("\\([0-9A-Z]{5}/(\\d{4,5})\\)"),
            // "errno": 1040, Number=1040
            Pattern.compile("(?i)[\"']?(?:errno|number|error_?code)[\"']?\\s*[:=]>?\\s*(\\d{4,5})\\b"));
    private static final Pattern SYMBOL = Pattern.compile("\\b(?:ER|CR|EE|WARN)_[A-Z][A-Z0-9_]+\\b");
    private static final Pattern STATE = Pattern.compile("(?i)\\bSQL ?STATE[\\s:=\\[(]+[\"']?([0-9A-Z]{5})\\b");
    /** What journald, syslog and container logs put in front. */
    private static final Pattern PREFIX =
            Pattern.compile("^(?:\\w{3} +\\d+ [\\d:.]+ \\S+ [^\\s:]+: |\\d{4}-\\d\\d-\\d\\dT[\\d:.+Z-]+ (?:stdout|stderr) [FP] )");
    private static final Pattern CONTINUED =
            Pattern.compile("^(?:\\s.*|at .*|Caused by.*|\\.\\.\\. \\d.*|Suppressed.*|The last packet .*|[})\\]].*|)$");
    /** Where a log line is followed by the exception that it is about. */
    private static final Pattern EXCEPTION = Pattern.compile("^(?:[a-zA-Z_]\\w*\\.)+\\w*(?:Exception|Error)\\b.*");

    private final Reference reference;
    private final Map<Integer, Integer> counts = new LinkedHashMap<>();
    private final Set<Integer> inThisEvent = new LinkedHashSet<>();
    private List<Phrase> phrases = List.of();
    private boolean afterLogLine;

    private record Phrase(Pattern pattern, int code) {}

    Mentions(Reference reference) {
        this.reference = reference;
    }

    /** How often each code is mentioned. */
    Map<Integer, Integer> count(String text) {
        List<String> lines = text.lines().toList();
        lines.forEach(line -> read(line, false));
        endEvent();
        if (counts.isEmpty() || lines.size() > 1 || counts.keySet().stream().anyMatch(code -> EntryFiles.of(code).isEmpty())) {
            // Only now, as it means reading all entries.
            counts.clear();
            phrases = phrases();
            lines.forEach(line -> read(line, true));
            endEvent();
        }
        if (counts.isEmpty()) {
            Matcher state = STATE.matcher(text);
            if (state.find()) {
                reference.find(state.group(1)).forEach(hit -> counts.merge(hit.code(), 1, Integer::sum));
            }
        }
        return counts;
    }

    private void read(String whole, boolean byWords) {
        String line = PREFIX.matcher(whole).replaceFirst("");
        boolean continued = CONTINUED.matcher(line).matches();
        boolean exception = EXCEPTION.matcher(line).matches();
        if (!continued && !(exception && afterLogLine)) {
            endEvent();
        }
        afterLogLine = !continued && !exception;
        Set<Integer> found = new LinkedHashSet<>();
        for (Pattern each : NUMBERS) {
            Matcher number = each.matcher(line);
            while (number.find()) {
                found.add(Integer.parseInt(number.group(1)));
            }
        }
        Matcher symbol = SYMBOL.matcher(line);
        while (symbol.find()) {
            reference.bySymbol(symbol.group()).forEach(meaning -> found.add(meaning.code()));
        }
        found.removeIf(code -> reference.byCode(code).isEmpty());
        // A number of MySQL's error log, which has another range than what clients see, says less than the words behind it.
        if (byWords && found.stream().allMatch(code -> EntryFiles.of(code).isEmpty())) {
            firstPhrase(line).ifPresent(code -> {
                found.clear();
                found.add(code);
            });
        }
        inThisEvent.addAll(found);
    }

    /** What stands first in a line is what it is about; what follows is the reason. Among those that begin alike, the longest text counts. */
    private Optional<Integer> firstPhrase(String line) {
        Optional<Integer> best = Optional.empty();
        int start = Integer.MAX_VALUE;
        for (Phrase phrase : phrases) {
            Matcher matcher = phrase.pattern().matcher(line);
            if (matcher.find() && matcher.start() < start) {
                start = matcher.start();
                best = Optional.of(phrase.code());
            }
        }
        return best;
    }

    private void endEvent() {
        inThisEvent.forEach(code -> counts.merge(code, 1, Integer::sum));
        inThisEvent.clear();
    }

    /** Longer texts first: the more is said the surer it is. */
    private List<Phrase> phrases() {
        List<Phrase> all = new ArrayList<>();
        for (Entry entry : reference.entries()) {
            entry.phrases().forEach(phrase -> all.add(new Phrase(Pattern.compile(phrase), entry.code())));
        }
        List<Phrase> messages = new ArrayList<>();
        for (Entry entry : reference.entries()) {
            Set<String> texts = new LinkedHashSet<>(List.of(entry.message()));
            entry.differs().values().forEach(wording -> texts.add(wording.message()));
            texts.forEach(text -> messages.add(new Phrase(Pattern.compile(MessageTemplate.regex(text)), entry.code())));
        }
        messages.sort((one, two) -> two.pattern().pattern().length() - one.pattern().pattern().length());
        all.addAll(messages);
        return all;
    }
}
