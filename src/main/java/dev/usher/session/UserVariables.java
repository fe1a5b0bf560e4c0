package dev.usher.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user variables that a session has set, or that a server connection holds, by name in lower case. The set is immutable; of a variable that is not read yet the
 * value is filled in. Sessions without any have {@link #NONE}, and pay for the others' with a comparison of two references.
 */
public final class UserVariables {
    public static final UserVariables NONE = new UserVariables(Map.of());

    /** More than a session of any application has; a session with more keeps its connection. */
    public static final int MOST = 512;

    /** A variable that another session has left and that is NULL now, of the type that it would have if nobody had ever set it. */
    private static final UserVariable CLEARED = UserVariable.nullOf("X''");

    private final Map<String, UserVariable> byName;

    private UserVariables(Map<String, UserVariable> byName) {
        this.byName = byName;
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    public int size() {
        return byName.size();
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /** Whether a connection that holds the others holds these and no more. */
    public boolean sameAs(UserVariables others) {
        if (this == others) {
            return true;
        }
        if (byName.size() != others.byName.size()) {
            return false;
        }
        for (Map.Entry<String, UserVariable> each : byName.entrySet()) {
            if (!each.getValue().sameAs(others.byName.get(each.getKey()))) {
                return false;
            }
        }
        return true;
    }

    public boolean anyCleared() {
        return byName.containsValue(CLEARED);
    }

    /** These, after a statement that may have assigned the named ones. */
    public UserVariables assigned(Collection<String> names) {
        Map<String, UserVariable> fresh = new HashMap<>();
        names.forEach(name -> fresh.put(name, UserVariable.unread()));
        return with(fresh);
    }

    public UserVariables with(Map<String, UserVariable> changed) {
        Map<String, UserVariable> more = new HashMap<>(byName);
        more.putAll(changed);
        return new UserVariables(more);
    }

    /** The names whose values are to be read before the session can move. */
    public List<String> unread() {
        if (byName.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        byName.forEach((name, value) -> {
            if (value.isUnread()) {
                names.add(name);
            }
        });
        return names;
    }

    public boolean anyUnread() {
        if (!byName.isEmpty()) {
            for (UserVariable value : byName.values()) {
                if (value.isUnread()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Characters that restoring all of them takes. */
    public long length() {
        long sum = 0;
        for (UserVariable value : byName.values()) {
            sum += value.length();
        }
        return sum;
    }

    @Nullable
    UserVariable get(String name) {
        return byName.get(name);
    }

    /** The text that a variable holds if it is plain ASCII, else null. */
    public @Nullable String plainText(String name) {
        UserVariable value = byName.get(name);
        return value == null ? null : value.plainText();
    }

    public boolean anyUnread(Collection<String> names) {
        for (String name : names) {
            UserVariable value = byName.get(name);
            if (value != null && value.isUnread()) {
                return true;
            }
        }
        return false;
    }

    /** These without those that turned out, when they were read, not to exist. */
    public UserVariables existing() {
        if (byName.values().stream().noneMatch(UserVariable::isAbsent)) {
            return this;
        }
        Map<String, UserVariable> left = new HashMap<>(byName);
        left.values().removeIf(UserVariable::isAbsent);
        return left.isEmpty() ? NONE : new UserVariables(left);
    }

    /** Those of the given names. */
    public UserVariables only(Collection<String> names) {
        Map<String, UserVariable> some = new HashMap<>();
        for (String name : names) {
            UserVariable value = byName.get(name);
            if (value != null) {
                some.put(name, value);
            }
        }
        return some.isEmpty() ? NONE : new UserVariables(some);
    }

    /** These, but the named ones as they were at another time. */
    public UserVariables asOf(UserVariables then, Collection<String> names) {
        Map<String, UserVariable> changed = new HashMap<>();
        for (String name : names) {
            UserVariable value = then.get(name);
            if (value != null) {
                changed.put(name, value);
            } else if (has(name)) {
                changed.put(name, CLEARED);
            }
        }
        return changed.isEmpty() ? this : with(changed);
    }

    /** What a connection that holds these holds once it has been given a session's. */
    public UserVariables after(UserVariables session) {
        Map<String, UserVariable> left = null;
        for (String name : byName.keySet()) {
            if (!session.has(name)) {
                left = left == null ? new HashMap<>() : left;
                left.put(name, CLEARED);
            }
        }
        return left == null ? session : session.with(left);
    }

    /**
     * Appends the assignments, parted by commas, that make a connection with these variables one with the session's.
     *
     * @param before where the list began: a comma comes in front of all but its first assignment
     */
    void restore(StringBuilder sql, int before, UserVariables session) {
        for (Map.Entry<String, UserVariable> wanted : session.byName.entrySet()) {
            if (!wanted.getValue().sameAs(byName.get(wanted.getKey()))) {
                assign(sql, before, wanted.getKey(), wanted.getValue());
            }
        }
        for (Map.Entry<String, UserVariable> held : byName.entrySet()) {
            if (!session.has(held.getKey()) && held.getValue() != CLEARED) {
                assign(sql, before, held.getKey(), CLEARED);
            }
        }
    }

    private static void assign(StringBuilder sql, int before, String name, UserVariable value) {
        sql.append(sql.length() == before ? "SET " : ",");
        value.assign(sql, name);
    }

    /** Whether {@link #restore} would append anything. */
    boolean differFrom(UserVariables session) {
        if (this == session) {
            return false;
        }
        for (Map.Entry<String, UserVariable> wanted : session.byName.entrySet()) {
            if (!wanted.getValue().sameAs(byName.get(wanted.getKey()))) {
                return true;
            }
        }
        for (Map.Entry<String, UserVariable> held : byName.entrySet()) {
            if (!session.has(held.getKey()) && held.getValue() != CLEARED) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return byName.toString();
    }
}
