package dev.usher.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails the build when Netty's leak detector has found a buffer that was dropped without being released. Netty itself only logs it.
 *
 * <p>Looked at once, after the last test of a JVM: the garbage collector decides when a leak shows, so it can not be pinned on the test
 * that runs at that time. The report names the code that touched the buffer. It is a session listener, not a Jupiter extension, because
 * jqwik's properties run on another engine.
 */
public final class BufferLeaks implements LauncherSessionListener {
    private static final Queue<String> REPORTS = new ConcurrentLinkedQueue<>();
    private static final List<ReportingDetector<?>> DETECTORS = new CopyOnWriteArrayList<>();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        // Before any buffer class is loaded: those keep their detector in a static field.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // all other overloads come here
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval, long ignored) {
                var detector = new ReportingDetector<T>(resource, samplingInterval);
                DETECTORS.add(detector);
                return detector;
            }
        });
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        try {
            collectGarbage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        DETECTORS.forEach(ReportingDetector::poll);
        if (!REPORTS.isEmpty()) {
            // Surefire ignores what a session listener throws, and loses what was printed to its own System.err shortly before the end.
            try (var stderr = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)) {
                stderr.println("LEAKED BUFFERS: " + REPORTS.size());
                REPORTS.forEach(stderr::println);
            }
            Runtime.getRuntime().halt(1);
        }
    }

    /** Returns when the collector has run and the references it cleared are in their queues; a full collection clears all at once. */
    private static void collectGarbage() throws InterruptedException {
        for (int round = 0; round < 2; round++) {
            var queue = new ReferenceQueue<>();
            var canary = new WeakReference<>(new Object(), queue);
            System.gc();
            if (queue.remove(10_000) == null) {
                throw new IllegalStateException("the garbage collector did not clear " + canary);
            }
        }
    }

    private static final class ReportingDetector<T> extends ResourceLeakDetector<T> {
        private final Class<T> resource;

        ReportingDetector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
            this.resource = resource;
        }

        /** Netty looks for leaks whenever it begins to track something. */
        @SuppressWarnings("unchecked") // the tracker never looks at the object
        void poll() {
            T probe = (T) new Object();
            ResourceLeakTracker<T> tracker = track(probe);
            if (tracker != null) {
                tracker.close(probe);
            }
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add(resource.getName() + records.replaceAll("(?m)^\\t(org\\.junit|org\\.apache\\.maven|java\\.base)\\b.*\\R", ""));
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add(resource.getName() + " (run with -Dio.netty.leakDetection.level=paranoid to see where)");
        }
    }
}
