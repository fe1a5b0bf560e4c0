package dev.usher.differential;

/**
 * One command of a schedule.
 *
 * @param together whether it is sent while the one before, of another session, may still be under way
 */
record Step(int session, boolean together, Command command) {
    @Override
    public String toString() {
        return session + (together ? "+ " : "  ") + command;
    }

    static Step parse(String line) {
        int space = line.indexOf(' ');
        String head = line.substring(0, space);
        boolean together = head.endsWith("+");
        return new Step(Integer.parseInt(together ? head.substring(0, head.length() - 1) : head), together,
                Command.parse(line.substring(space).strip()));
    }
}
