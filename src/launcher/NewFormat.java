import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites a library whose classes are in the format of Java 5, as picocli's are, into that of Java 8. The JVM takes older ones than that of Java 6 into no
 * cache: they would be read, checked the slow way and linked at every start. The launcher runs this when it prepares a faster start, with the library on the
 * class path.
 */
class NewFormat {
    public static void main(String[] args) throws IOException {
        Path library = Path.of(args[0]);
        Path rewritten = Path.of(args[0] + ".new");
        try (ZipFile from = new ZipFile(library.toFile()); ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(rewritten))) {
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements();) {
                ZipEntry entry = entries.nextElement();
                byte[] content = from.getInputStream(entry).readAllBytes();
                to.putNextEntry(new ZipEntry(entry.getName()));
                to.write(entry.getName().endsWith(".class") ? inNewFormat(content) : content);
                to.closeEntry();
            }
        }
        // Never into the file that is there: a JVM may be running from it.
        Files.move(rewritten, library, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] inNewFormat(byte[] content) {
        ClassFile format = ClassFile.of();
        var old = format.parse(content);
        if (old.majorVersion() >= ClassFile.JAVA_6_VERSION) {
            return content;
        }
        // Code that is written anew gets the stack maps that the new format asks for.
        return format.transformClass(old, ClassTransform.transformingMethodBodies(CodeBuilder::with)
                .andThen(ClassTransform.endHandler(to -> to.withVersion(ClassFile.JAVA_8_VERSION, 0))));
    }
}
