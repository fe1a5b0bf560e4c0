package dev.usher.config;

/** The budget: how many server connections Usher may hold. */
public sealed interface ServerConnectionLimit {
    Auto AUTO = new Auto();

    /** What the server allows, less what others hold on it, less the reserve. */
    record Auto() implements ServerConnectionLimit {
        @Override
        public String toString() {
            return "auto";
        }
    }

    record Fixed(int connections) implements ServerConnectionLimit {
        public Fixed {
            if (connections < 1) {
                throw new IllegalArgumentException("must be at least 1, or auto");
            }
        }

        @Override
        public String toString() {
            return Integer.toString(connections);
        }
    }

    /** @throws IllegalArgumentException with what is allowed */
    static ServerConnectionLimit parse(String text) {
        if (text.equals("auto")) {
            return AUTO;
        }
        try {
            return new Fixed(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number of connections, or auto", e);
        }
    }
}
