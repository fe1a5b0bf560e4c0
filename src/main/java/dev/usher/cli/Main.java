package dev.usher.cli;

/** Entry point of the {@code usher} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("usher " + Runtime.version());
    }
}
