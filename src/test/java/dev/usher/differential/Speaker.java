package dev.usher.differential;

import dev.usher.testing.Flavour;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.random.RandomGenerator;

/** A session as its script is being written: the random choices, what it has prepared, and what it is going to say next. */
final class Speaker {
    private final RandomGenerator random;
    private final Flavour flavour;
    private final boolean multiStatements;
    private final Queue<Command> next = new ArrayDeque<>();
    private final List<String> prepared = new ArrayList<>();
    private int names;

    Speaker(RandomGenerator random, Flavour flavour, boolean multiStatements) {
        this.random = random;
        this.flavour = flavour;
        this.multiStatements = multiStatements;
    }

    boolean silent() {
        return next.isEmpty();
    }

    Command say() {
        return next.remove();
    }

    boolean mariaDb() {
        return flavour == Flavour.MARIADB;
    }

    /** Whether it may send several statements in one text. */
    boolean multiStatements() {
        return multiStatements;
    }

    void say(Command command) {
        next.add(command);
    }

    void query(String text) {
        say(new Command.Query(text));
    }

    /** One of them. */
    void queryOneOf(String... texts) {
        query(oneOf(texts));
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    int number(int below) {
        return random.nextInt(below);
    }

    /** True once in so many times. */
    boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    /** A name that it has not used before. */
    String newName() {
        return "n" + ++names;
    }

    /** Names of what was prepared as SQL or in binary and never taken back. */
    List<String> prepared() {
        return prepared;
    }
}
