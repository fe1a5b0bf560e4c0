package dev.usher.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the placeholders of a script mean on one side: the schemas' names begin with another letter on each. */
record Placeholders(String schema, String otherSchema, long connectionId) {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(s|o|id|x:[0-9a-f]*|pad:\\d+)}");

    byte[] expand(String text) {
        var out = new ByteArrayOutputStream();
        Matcher found = PLACEHOLDER.matcher(text);
        int from = 0;
        while (found.find()) {
            out.writeBytes(text.substring(from, found.start()).getBytes(UTF_8));
            out.writeBytes(value(found.group(1)));
            from = found.end();
        }
        out.writeBytes(text.substring(from).getBytes(UTF_8));
        return out.toByteArray();
    }

    private byte[] value(String name) {
        if (name.startsWith("x:")) {
            return HexFormat.of().parseHex(name.substring(2));
        }
        if (name.startsWith("pad:")) {
            return "p".repeat(Integer.parseInt(name.substring(4))).getBytes(UTF_8);
        }
        String text = switch (name) {
            case "s" -> schema;
            case "o" -> otherSchema;
            default -> Long.toString(connectionId);
        };
        return text.getBytes(UTF_8);
    }
}
