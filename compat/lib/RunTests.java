import java.io.File;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/** Runs the JUnit 4 tests of Connector/J, all that are compiled, and prints a line for each. */
public final class RunTests extends RunListener {
    private final TreeSet<String> failed = new TreeSet<>();
    private final TreeSet<String> skipped = new TreeSet<>();

    public static void main(String[] arguments) throws Exception {
        URL folder = RunTests.class.getProtectionDomain().getCodeSource().getLocation();
        List<Class<?>> classes = new ArrayList<>();
        for (String name : new TreeSet<>(List.of(new File(new File(folder.toURI()), "org/mariadb/jdbc").list()))) {
            if (name.endsWith("Test.class") && !name.equals("BaseTest.class")) {
                try {
                    classes.add(Class.forName("org.mariadb.jdbc." + name.replace(".class", "")));
                } catch (Throwable e) {
                    System.out.println("SKIP " + name + " " + e);
                }
            }
        }
        JUnitCore core = new JUnitCore();
        core.addListener(new RunTests());
        core.run(classes.toArray(new Class<?>[0]));
        System.exit(0);
    }

    private static String name(Description of) {
        return of.getClassName().replaceFirst(".*\\.", "") + "." + of.getMethodName();
    }

    @Override
    public void testFailure(Failure failure) {
        failed.add(name(failure.getDescription()));
        System.out.println("FAIL " + name(failure.getDescription()) + " " + String.valueOf(failure.getMessage()).replace('\n', ' '));
    }

    @Override
    public void testAssumptionFailure(Failure failure) {
        skipped.add(name(failure.getDescription()));
        System.out.println("SKIP " + name(failure.getDescription()));
    }

    @Override
    public void testFinished(Description of) {
        if (!failed.contains(name(of)) && !skipped.contains(name(of))) {
            System.out.println("PASS " + name(of));
        }
    }
}
