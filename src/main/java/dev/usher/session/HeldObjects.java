package dev.usher.session;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a session holds on its server connection and gives back by a statement of its own: temporary tables, open handlers, locks, an XA transaction. Counted by the texts
 * of the statements that have succeeded; what a text does not say clearly stays until the session is reset.
 */
final class HeldObjects {
    private static final long CONCERNS = Trait.bits(
            Trait.TEMPORARY_TABLE_CREATED,
            Trait.TEMPORARY_TABLE_DROPPED,
            Trait.HANDLER,
            Trait.INSTANCE_LOCK,
            Trait.BACKUP_STAGE,
            Trait.LOCK_TABLES,
            Trait.FLUSH_LOCK,
            Trait.UNLOCK_TABLES,
            Trait.XA);

    private static final String LEAD = "\\s*(?:/\\*(?![!M+])[^*]*\\*/\\s*)?";
    private static final String NAME = "(?:`[^`]+`|[A-Za-z0-9_$]+)";
    private static final String QUALIFIED = NAME + "(?:\\s*\\.\\s*" + NAME + ")?";

    private static final Pattern CREATE = pattern(
            "CREATE\\s+(?:OR\\s+REPLACE\\s+)?TEMPORARY\\s+(?:TABLE|SEQUENCE)\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?(?<name>" + QUALIFIED
                    + ")(?![A-Za-z0-9_$`.]).*");
    private static final Pattern DROP = pattern(
            "DROP\\s+(?:TEMPORARY\\s+)?(?:TABLES?|SEQUENCE)\\s+(?:IF\\s+EXISTS\\s+)?(?<names>" + QUALIFIED + "(?:\\s*,\\s*" + QUALIFIED
                    + ")*)\\s*(?:RESTRICT|CASCADE)?\\s*;?\\s*");
    /** May give a temporary table another name, under which it would be there for the next session. */
    private static final Pattern RENAMES = Pattern.compile("\\b(?:ALTER|RENAME)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern HANDLER_OPEN =
            pattern("HANDLER\\s+(?<table>" + QUALIFIED + ")\\s+OPEN(?:\\s+(?:AS\\s+)?(?<alias>" + NAME + "))?\\s*;?\\s*");
    private static final Pattern HANDLER_CLOSE = pattern("HANDLER\\s+(?<table>" + NAME + ")\\s+CLOSE\\s*;?\\s*");
    private static final Pattern HANDLER_READ = pattern("HANDLER\\s+" + QUALIFIED + "\\s+READ\\s.*");
    private static final Pattern UNLOCK_INSTANCE = pattern("UNLOCK\\s+INSTANCE\\s*;?\\s*");
    private static final Pattern STAGE_END = pattern("BACKUP\\s+STAGE\\s+END\\s*;?\\s*");
    private static final Pattern STAGE = pattern("BACKUP\\s+STAGE\\s.*");
    private static final Pattern BACKUP_UNLOCK = pattern("BACKUP\\s+UNLOCK\\s*;?\\s*");
    private static final Pattern XA_OVER = pattern("XA\\s+(?:COMMIT|ROLLBACK)\\s.*");
    private static final Pattern XA_RECOVER = pattern("XA\\s+RECOVER\\b.*");

    // Nearly no session has any, and there are thousands of sessions.
    private Set<String> tables = Set.of();
    private Set<String> handlers = Set.of();
    private boolean otherTables;
    private boolean otherHandlers;
    private boolean instanceLock;
    private boolean backupStage;
    private boolean backupLock;
    private boolean tableLock;
    private boolean readLock;
    private boolean xa;

    private static Pattern pattern(String statement) {
        return Pattern.compile(LEAD + statement, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /** Whether a text with these traits must be handed to {@link #after}. */
    static boolean concern(long traits) {
        return (traits & CONCERNS) != 0;
    }

    /**
     * A statement is over.
     *
     * @param text empty if it is not known: then what it may have taken stays
     * @param schema the default one when it ran
     * @return the pins of this kind that hold now, as bits
     */
    int after(long traits, String text, boolean failed, String schema) {
        otherTables |= !tables.isEmpty() && RENAMES.matcher(text).find();
        boolean single = (traits & Trait.SINGLE.bit()) != 0 && !text.isEmpty();
        if (!single) {
            takeAll(traits);
        } else if (!failed) {
            tables(traits, text, schema);
            handlers(traits, text);
            locks(traits, text);
            if (has(traits, Trait.XA)) {
                xa = !XA_OVER.matcher(text).matches() && (xa || !XA_RECOVER.matcher(text).matches());
            }
        }
        return pins();
    }

    /** START TRANSACTION has unlocked what LOCK TABLES had locked. */
    int transactionStarted() {
        tableLock = false;
        return pins();
    }

    private void takeAll(long traits) {
        otherTables |= has(traits, Trait.TEMPORARY_TABLE_CREATED);
        otherHandlers |= has(traits, Trait.HANDLER);
        instanceLock |= has(traits, Trait.INSTANCE_LOCK);
        backupStage |= has(traits, Trait.BACKUP_STAGE);
        backupLock |= has(traits, Trait.BACKUP_STAGE);
        readLock |= has(traits, Trait.LOCK_TABLES) || has(traits, Trait.FLUSH_LOCK);
        xa |= has(traits, Trait.XA);
    }

    private void tables(long traits, String text, String schema) {
        if (has(traits, Trait.TEMPORARY_TABLE_CREATED)) {
            Matcher create = CREATE.matcher(text);
            if (create.matches()) {
                tables = with(tables, qualified(create.group("name"), schema));
            } else {
                otherTables = true;
            }
        } else if (!tables.isEmpty()) {
            Matcher drop = DROP.matcher(text);
            if (drop.matches()) {
                for (String name : drop.group("names").split(",", -1)) {
                    remove(tables, qualified(name, schema));
                }
            }
        }
    }

    private void handlers(long traits, String text) {
        if (!has(traits, Trait.HANDLER)) {
            return;
        }
        Matcher open = HANDLER_OPEN.matcher(text);
        Matcher close = HANDLER_CLOSE.matcher(text);
        if (open.matches()) {
            String alias = open.group("alias");
            handlers = with(handlers, last(alias == null ? open.group("table") : alias));
        } else if (close.matches()) {
            remove(handlers, last(close.group("table")));
        } else if (!HANDLER_READ.matcher(text).matches()) {
            otherHandlers = true;
        }
    }

    private void locks(long traits, String text) {
        if (has(traits, Trait.INSTANCE_LOCK)) {
            instanceLock = !UNLOCK_INSTANCE.matcher(text).matches();
        }
        if (has(traits, Trait.BACKUP_STAGE)) {
            if (STAGE.matcher(text).matches()) {
                backupStage = !STAGE_END.matcher(text).matches();
            } else {
                backupLock = !BACKUP_UNLOCK.matcher(text).matches();
            }
        }
        if (has(traits, Trait.LOCK_TABLES)) {
            tableLock = true;
        }
        if (has(traits, Trait.FLUSH_LOCK)) {
            readLock = true;
        }
        if (has(traits, Trait.UNLOCK_TABLES)) {
            tableLock = false;
            readLock = false;
        }
    }

    private static Set<String> with(Set<String> names, String one) {
        Set<String> more = names.isEmpty() ? new HashSet<>() : names;
        more.add(one);
        return more;
    }

    private static void remove(Set<String> names, String one) {
        if (!names.isEmpty()) {
            names.remove(one);
        }
    }

    private static String qualified(String name, String schema) {
        String bare = name.replaceAll("\\s*\\.\\s*", ".").strip().replace("`", "");
        return bare.indexOf('.') >= 0 ? bare : schema + '.' + bare;
    }

    private static String last(String name) {
        String bare = name.replace("`", "").strip();
        return bare.substring(bare.lastIndexOf('.') + 1).strip().toLowerCase(Locale.ROOT);
    }

    private static boolean has(long traits, Trait trait) {
        return (traits & trait.bit()) != 0;
    }

    /** The pins of which this class decides when they end. */
    static final int PINS =
            Pin.TEMPORARY_TABLE.bit() | Pin.HANDLER.bit() | Pin.INSTANCE_LOCK.bit() | Pin.BACKUP.bit() | Pin.TABLE_LOCK.bit()
                    | Pin.XA.bit();

    private int pins() {
        return bit(otherTables || !tables.isEmpty(), Pin.TEMPORARY_TABLE)
                | bit(otherHandlers || !handlers.isEmpty(), Pin.HANDLER)
                | bit(instanceLock, Pin.INSTANCE_LOCK)
                | bit(backupStage || backupLock, Pin.BACKUP)
                | bit(tableLock || readLock, Pin.TABLE_LOCK)
                | bit(xa, Pin.XA);
    }

    private static int bit(boolean held, Pin pin) {
        return held ? pin.bit() : 0;
    }

    void clear() {
        tables = Set.of();
        handlers = Set.of();
        otherTables = false;
        otherHandlers = false;
        instanceLock = false;
        backupStage = false;
        backupLock = false;
        tableLock = false;
        readLock = false;
        xa = false;
    }
}
