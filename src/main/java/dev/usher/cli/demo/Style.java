package dev.usher.cli.demo;

/**
 * Colours and bars.
 *
 * @param colours whether there are any
 * @param blocks whether the terminal can show block characters
 */
record Style(boolean colours, boolean blocks) {
    String bold(String text) {
        return escape("1", text);
    }

    String dim(String text) {
        return escape("2", text);
    }

    String bad(String text) {
        return escape("31", text);
    }

    String good(String text) {
        return escape("32", text);
    }

    private String escape(String code, String text) {
        return colours ? "\033[" + code + "m" + text + "\033[0m" : text;
    }

    /** A bar of {@code width} characters, of which {@code value} of {@code limit} are full. */
    String bar(int value, int limit, int width) {
        int full = Math.clamp(Math.round((float) value * width / limit), 0, width);
        String bar = (blocks ? "█" : "#").repeat(full);
        return (value >= limit ? bad(bar) : good(bar)) + dim((blocks ? "░" : ".").repeat(width - full));
    }
}
