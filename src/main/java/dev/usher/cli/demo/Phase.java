package dev.usher.cli.demo;

/** The halves of the demonstration, in their order. */
enum Phase {
    DIRECT("straight at the server"),
    USHER("through Usher");

    private final String title;

    Phase(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
