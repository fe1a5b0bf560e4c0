package dev.usher.clients;

import java.util.List;

/** A client that is not installed here. */
record MissingProgram(String name, String why) implements ClientProgram {
    @Override
    public List<String> run(Endpoint endpoint) {
        throw new IllegalStateException(name + ": " + why);
    }
}
