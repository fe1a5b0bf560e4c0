package dev.usher.doctor.rules;

import java.util.regex.Pattern;

/** A statement without its values, so that equal ones can be counted: as {@code DIGEST_TEXT} does it, for servers without performance_schema. */
public final class Digest {
    private static final int LONGEST = 160;
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|(?:--\\s|#)[^\\n]*", Pattern.DOTALL);
    private static final Pattern VALUE = Pattern.compile(
            "'(?:[^'\\\\]|\\\\.|'')*'|\"(?:[^\"\\\\]|\\\\.|\"\")*\"|\\b0x[0-9a-fA-F]+\\b|(?<![\\w.`])\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?\\b");
    private static final Pattern LIST = Pattern.compile("\\(\\s*\\?(?:\\s*,\\s*\\?)+\\s*\\)");

    private Digest() {}

    public static String of(String sql) {
        String text = COMMENT.matcher(sql).replaceAll(" ");
        text = VALUE.matcher(text).replaceAll("?");
        text = LIST.matcher(text).replaceAll("(...)").replaceAll("\\s+", " ").strip();
        if (text.isEmpty()) {
            return "(no text)";
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
