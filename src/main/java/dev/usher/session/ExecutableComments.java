package dev.usher.session;

/**
 * Keeps account of what stands inside and outside of executable comments. Their contents are read as code, but the server
 * may skip them; where that would make another statement of the rest, the text is undecided.
 */
final class ExecutableComments {
    private boolean open;
    private boolean inside;
    private boolean outside;
    private boolean beginsInside;
    /** More than words and values stood inside: parentheses, commas, a semicolon. */
    private boolean structure;

    void start() {
        open = false;
        inside = false;
        outside = false;
        beginsInside = false;
        structure = false;
    }

    boolean open() {
        return open;
    }

    void begin() {
        open = true;
    }

    void end() {
        open = false;
    }

    void token() {
        if (open) {
            beginsInside |= !inside && !outside;
            inside = true;
        } else {
            outside = true;
        }
    }

    void symbol(byte b) {
        if (b == ';' && !open) {
            return; // behind a comment that is a whole statement, as in dumps
        }
        token();
        structure |= open && b != '=';
    }

    /** Whether skipping the comments could make a statement of another kind. */
    boolean undecided(Verb verb) {
        if (!inside || !outside) {
            return false;
        }
        return beginsInside
                || switch (verb) {
                    case CREATE, ALTER -> false;
                    case SELECT, INSERT, REPLACE, UPDATE, DELETE, DROP, BEGIN, LOCK, FLUSH, SHOW -> structure;
                    default -> true;
                };
    }
}
