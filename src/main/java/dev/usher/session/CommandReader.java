package dev.usher.session;

import dev.usher.session.KillTarget.Force;
import dev.usher.session.KillTarget.Scope;

/** The short statements whose second and later words decide: KILL, COMMIT, FLUSH, LOCK, PREPARE and their kin. */
final class CommandReader {
    /** CONNECTION_ID, which counts as two, and two for each of its parentheses. */
    private static final int SELF_OPERANDS = 6;

    private final StatementTraits traits;
    private Verb verb = Verb.NONE;
    private Keyword last = Keyword.NONE;
    private int words;

    private Scope killScope = Scope.CONNECTION;
    private Force killForce = Force.DEFAULT;
    private long killId = -1;
    private int killOperands;
    private boolean killSelf;

    private boolean toSavepoint;
    private boolean compound;
    private boolean fromSeen;

    CommandReader(StatementTraits traits) {
        this.traits = traits;
    }

    void start(Verb first) {
        verb = first;
        last = Keyword.NONE;
        words = 0;
        killScope = Scope.CONNECTION;
        killForce = Force.DEFAULT;
        killId = -1;
        killOperands = 0;
        killSelf = false;
        toSavepoint = false;
        compound = false;
        fromSeen = false;
    }

    void word(Keyword keyword) {
        words++;
        switch (verb) {
            case BEGIN -> begin(keyword);
            case COMMIT, ROLLBACK -> end(keyword);
            case KILL -> kill(keyword);
            case LOCK, UNLOCK -> lock(keyword);
            case FLUSH -> flush(keyword);
            case PREPARE -> prepareOperand(keyword);
            case EXECUTE -> execute(keyword);
            case RENAME -> rename(keyword);
            default -> {}
        }
        last = keyword;
    }

    void number(TokenText text) {
        if (verb == Verb.KILL) {
            killOperands++;
            killId = text.integer();
        } else {
            operand();
        }
    }

    /** A string, a variable, a symbol: anything that is neither word nor number. */
    void operand() {
        words++;
        switch (verb) {
            case BEGIN -> compound();
            case KILL -> killOperands += 2; // with whatever else there is, an expression
            case PREPARE -> {
                if (fromSeen) {
                    traits.add(Trait.DYNAMIC_SQL);
                }
            }
            default -> {}
        }
    }

    /** A string: the text of a PREPARE, if it is one. */
    void string() {
        if (verb == Verb.PREPARE && fromSeen && last == Keyword.FROM) {
            last = Keyword.NONE;
        } else {
            operand();
        }
    }

    void end() {
        switch (verb) {
            case BEGIN -> {
                if (!compound) {
                    traits.add(Trait.TRANSACTION_START);
                }
            }
            case COMMIT -> traits.add(Trait.TRANSACTION_END);
            case ROLLBACK -> traits.add(toSavepoint ? Trait.SAVEPOINT : Trait.TRANSACTION_END);
            // The name and its two parentheses.
            case KILL -> traits.kill(killScope, killForce, killOperands == 1 ? killId : -1, killSelf && killOperands == SELF_OPERANDS);
            default -> {}
        }
    }

    private void begin(Keyword keyword) {
        if (words > 1 || keyword != Keyword.WORK) {
            compound();
        }
    }

    private void compound() {
        compound = true;
        traits.add(Trait.COMPOUND);
    }

    private void end(Keyword keyword) {
        if (toSavepoint) {
            return;
        }
        switch (keyword) {
            case TO -> toSavepoint = true;
            case CHAIN -> {
                if (last != Keyword.NO) {
                    traits.add(Trait.COMMIT_CHAIN);
                }
            }
            case RELEASE -> {
                if (last != Keyword.NO) {
                    traits.add(Trait.COMMIT_RELEASE);
                }
            }
            default -> {}
        }
    }

    private void kill(Keyword keyword) {
        if (killOperands > 0) {
            killOperands++;
            return;
        }
        switch (keyword) {
            case CONNECTION_ID -> {
                killSelf = true;
                killOperands += 2;
            }
            case HARD -> killForce = Force.HARD;
            case SOFT -> killForce = Force.SOFT;
            case CONNECTION -> killScope = Scope.CONNECTION;
            case QUERY -> killScope = Scope.QUERY;
            case ID -> killScope = Scope.QUERY_ID;
            case USER -> {
                killScope = Scope.USER;
                killOperands += 2;
            }
            default -> killOperands += 2;
        }
    }

    private void lock(Keyword keyword) {
        if (words > 1) {
            return;
        }
        switch (keyword) {
            case TABLE, TABLES -> traits.add(verb == Verb.LOCK ? Trait.LOCK_TABLES : Trait.UNLOCK_TABLES);
            case INSTANCE -> traits.add(Trait.INSTANCE_LOCK);
            default -> traits.add(Trait.UNSURE);
        }
    }

    private void flush(Keyword keyword) {
        switch (keyword) {
            case LOCK, EXPORT, DISABLE -> traits.add(Trait.FLUSH_LOCK);
            case PRIVILEGES -> traits.add(Trait.PRIVILEGE_CHANGE);
            default -> {}
        }
    }

    private void prepareOperand(Keyword keyword) {
        if (fromSeen) {
            traits.add(Trait.DYNAMIC_SQL);
        } else if (keyword == Keyword.FROM && words > 1) {
            fromSeen = true;
        }
    }

    private void execute(Keyword keyword) {
        if (words == 1 && keyword == Keyword.IMMEDIATE) {
            traits.remove(Trait.SQL_PREPARE);
        }
    }

    private void rename(Keyword keyword) {
        if (words == 1 && (keyword == Keyword.USER || keyword == Keyword.ROLE)) {
            traits.add(Trait.PRIVILEGE_CHANGE);
        }
    }
}
