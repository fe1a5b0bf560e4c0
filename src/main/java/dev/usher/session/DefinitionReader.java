package dev.usher.session;

/** CREATE, ALTER and DROP, up to the word that says of what. */
final class DefinitionReader {
    /** What the rest of the statement is. */
    enum Rest {
        /** Still looking for the kind of object. */
        OPEN,
        /** Evaluates no function. */
        PLAIN,
        /** CREATE TABLE: a query may follow, and that is evaluated. */
        TABLE,
        /** A routine's body, to be run later: says nothing about this session. */
        BODY
    }

    private final StatementTraits traits;
    private Verb verb = Verb.NONE;
    private Rest rest = Rest.OPEN;

    DefinitionReader(StatementTraits traits) {
        this.traits = traits;
    }

    void start(Verb first) {
        verb = first;
        rest = Rest.OPEN;
    }

    Rest rest() {
        return rest;
    }

    void word(Keyword keyword) {
        if (rest != Rest.OPEN) {
            return;
        }
        switch (keyword) {
            case TEMPORARY -> {
                if (verb != Verb.ALTER) {
                    traits.add(verb == Verb.CREATE ? Trait.TEMPORARY_TABLE_CREATED : Trait.TEMPORARY_TABLE_DROPPED);
                }
            }
            case PROCEDURE, FUNCTION, TRIGGER, EVENT, PACKAGE, LIBRARY ->
                rest = verb == Verb.DROP ? Rest.PLAIN : Rest.BODY;
            case USER, ROLE -> {
                traits.add(Trait.PRIVILEGE_CHANGE);
                rest = Rest.PLAIN;
            }
            case PREPARE -> {
                traits.add(Trait.SQL_PREPARE);
                rest = Rest.PLAIN;
            }
            case TABLE -> rest = verb == Verb.CREATE ? Rest.TABLE : Rest.PLAIN;
            case VIEW, INDEX, DATABASE, SCHEMA, SERVER, SEQUENCE, INSTANCE -> rest = Rest.PLAIN;
            default -> {}
        }
    }
}
