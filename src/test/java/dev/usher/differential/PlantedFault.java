package dev.usher.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.function.IntSupplier;

/**
 * A fault in an Usher, put into its classes as they are loaded a second time, so that nothing of it is in the code that users run: a method returns at once,
 * with zero, null, or what it was called on.
 *
 * @param type a class, without {@code dev.usher.}
 * @param method its name, with the descriptor behind it where there are several
 * @param slot which of the arguments must read {@code argument}; 0 is the object itself in an instance method
 * @param argument what that argument reads, or empty for a fault in every call
 */
record PlantedFault(String what, String type, String method, int slot, String argument) {
    /** Always. */
    static PlantedFault in(String what, String type, String method) {
        return new PlantedFault(what, type, method, 0, "");
    }

    /** Only where an argument reads so. */
    PlantedFault when(int itsSlot, String reads) {
        return new PlantedFault(what, type, method, itsSlot, reads);
    }

    /** An Usher that has the fault; to be closed. */
    <U extends AutoCloseable & IntSupplier> U start(int serverPort, Path state, String user, String password)
            throws ReflectiveOperationException {
        Loader loader = new Loader(this);
        Constructor<?> constructor = loader.loadClass(UsherInFront.class.getName()).getConstructor(int.class, Path.class, String.class,
                String.class);
        @SuppressWarnings("unchecked") // the class is UsherInFront, though another one than this loader's
        U usher = (U) constructor.newInstance(serverPort, state, user, password);
        return usher;
    }

    private boolean is(MethodModel other) {
        String name = other.methodName().stringValue();
        return method.equals(name) || method.equals(name + other.methodType().stringValue());
    }

    private void plant(CodeBuilder code, MethodModel in) {
        TypeKind result = TypeKind.from(in.methodTypeSymbol().returnType());
        if (argument.isEmpty()) {
            giveNothing(code, result, in);
            return;
        }
        var goOn = code.newLabel();
        code.aload(slot);
        code.invokestatic(ConstantDescs.CD_String, "valueOf", MethodTypeDesc.of(ConstantDescs.CD_String, ConstantDescs.CD_Object));
        code.ldc(argument);
        code.invokevirtual(ConstantDescs.CD_String, "equals", MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object));
        code.ifeq(goOn);
        giveNothing(code, result, in);
        code.labelBinding(goOn);
    }

    private void giveNothing(CodeBuilder code, TypeKind result, MethodModel in) {
        switch (result) {
            case VOID -> {
            }
            case LONG -> code.lconst_0();
            case REFERENCE -> {
                boolean own = in.methodTypeSymbol().returnType().displayName().equals(type.substring(type.lastIndexOf('.') + 1));
                if (own && !in.flags().has(AccessFlag.STATIC) || firstArgumentIsResult(in)) {
                    code.aload(0);
                } else {
                    code.aconst_null();
                }
            }
            default -> code.iconst_0();
        }
        code.return_(result);
    }

    private static boolean firstArgumentIsResult(MethodModel in) {
        MethodTypeDesc signature = in.methodTypeSymbol();
        return in.flags().has(AccessFlag.STATIC) && signature.parameterCount() > 0
                && signature.parameterType(0).equals(signature.returnType());
    }

    /** Loads all of Usher anew; what it uses is shared with the test. */
    private static final class Loader extends ClassLoader {
        private final PlantedFault fault;
        private boolean planted;

        Loader(PlantedFault fault) {
            super(PlantedFault.class.getClassLoader());
            this.fault = fault;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.usher.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded == null) {
                    byte[] bytes = bytes(name);
                    loaded = defineClass(name, bytes, 0, bytes.length);
                }
                return loaded;
            }
        }

        private byte[] bytes(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                if (!name.equals("dev.usher." + fault.type)) {
                    return bytes;
                }
                byte[] changed = planted(name, bytes);
                if (!planted) {
                    throw new AssertionError("no " + fault.method + " in " + name);
                }
                return changed;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] planted(String name, byte[] bytes) {
            // What is left of a method has fewer variables than its debug information names.
            ClassFile files = ClassFile.of(ClassFile.DebugElementsOption.DROP_DEBUG,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver
                            .ofResourceParsing(getParent()).orElse(ClassHierarchyResolver.defaultResolver())));
            var model = files.parse(bytes);
            ClassTransform transform = (builder, element) -> {
                if (element instanceof MethodModel method && fault.is(method)) {
                    planted = true;
                    builder.transformMethod(method, MethodTransform.transformingCode(new CodeTransform() {
                        @Override
                        public void atStart(CodeBuilder code) {
                            fault.plant(code, method);
                        }

                        @Override
                        public void accept(CodeBuilder code, CodeElement instruction) {
                            code.with(instruction);
                        }
                    }));
                } else {
                    builder.with(element);
                }
            };
            return files.transformClass(model, ClassDesc.of(name), transform);
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
