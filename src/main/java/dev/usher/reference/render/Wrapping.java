package dev.usher.reference.render;

/** Breaks a paragraph into lines. */
final class Wrapping {
    private Wrapping() {}

    /**
     * @param width of the lines with their indentation; a longer word has a line of its own
     * @param first indentation of the first line
     * @param others indentation of the others
     */
    static String wrap(String paragraph, int width, int first, int others) {
        StringBuilder lines = new StringBuilder(" ".repeat(first));
        int column = first;
        boolean begins = true;
        for (String word : paragraph.split(" ")) {
            if (!begins && column + 1 + word.length() > width) {
                lines.append('\n').append(" ".repeat(others));
                column = others;
                begins = true;
            }
            if (!begins) {
                lines.append(' ');
                column++;
            }
            lines.append(word);
            column += word.length();
            begins = false;
        }
        return lines.toString();
    }
}
