package io.gantry.common.wire;

import io.gantry.common.check.Check;
import io.gantry.common.wire.Shape.Structure;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * One AWS service: how it is addressed and the operations that are served of it. Complete it before
 * handing it to a {@link Dispatcher}.
 */
public final class Api {
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Za-z0-9]{0,99}");

    private final String signingName;
    private final @Nullable String targetPrefix;
    private final @Nullable String version;
    private final String xmlNamespace;
    private final boolean ec2;
    private final Map<String, Operation<?>> operations = new HashMap<>();
    private final Set<Class<?>> unvalidated = new HashSet<>();
    private Function<List<String>, ? extends RuntimeException> violations = Api::invalid;

    /**
     * An operation that is served.
     *
     * @param open whether the operation needs no signature
     */
    record Operation<Q extends SdkPojo>(
            String name,
            Class<Q> request,
            boolean open,
            BiFunction<Caller, Q, ? extends SdkPojo> handler) {}

    private Api(
            String signingName,
            @Nullable String targetPrefix,
            @Nullable String version,
            String xmlNamespace,
            boolean ec2) {
        this.signingName = signingName;
        this.targetPrefix = targetPrefix;
        this.version = version;
        this.xmlNamespace = xmlNamespace;
        this.ec2 = ec2;
    }

    /** A service of awsJson or rpcv2Cbor, addressed by the prefix of {@code X-Amz-Target}. */
    public static Api json(String signingName, String targetPrefix) {
        return new Api(signingName, targetPrefix, null, "", false);
    }

    /** A service of awsQuery, addressed by the {@code Version} parameter. */
    public static Api query(String signingName, String version, String xmlNamespace) {
        return new Api(signingName, null, version, xmlNamespace, false);
    }

    /** The service of ec2Query. */
    public static Api ec2(String signingName, String version, String xmlNamespace) {
        return new Api(signingName, null, version, xmlNamespace, true);
    }

    /** A service that moved from awsQuery to newer protocols and is asked in all of them. */
    public static Api any(
            String signingName, String targetPrefix, String version, String xmlNamespace) {
        return new Api(signingName, targetPrefix, version, xmlNamespace, false);
    }

    /**
     * Serves the operation that a request class belongs to. The handler answers with the response
     * class of the same operation or throws one of the service's modelled exceptions.
     */
    public <Q extends SdkPojo> Api on(
            Class<Q> request, BiFunction<Caller, Q, ? extends SdkPojo> handler) {
        return add(request, false, handler);
    }

    /** Serves an operation that needs no signature, such as AssumeRoleWithWebIdentity. */
    public <Q extends SdkPojo> Api open(
            Class<Q> request, BiFunction<Caller, Q, ? extends SdkPojo> handler) {
        return add(request, true, handler);
    }

    private <Q extends SdkPojo> Api add(
            Class<Q> request, boolean open, BiFunction<Caller, Q, ? extends SdkPojo> handler) {
        String name = request.getSimpleName();
        Check.that(name.endsWith("Request"), name);
        String operation = name.substring(0, name.length() - "Request".length());
        var added = new Operation<>(operation, request, open, handler);
        Check.that(operations.put(key(operation), added) == null, operation);
        return this;
    }

    /** What to throw for requests that break their model, given each complaint as AWS words it. */
    public Api violations(Function<List<String>, ? extends RuntimeException> exception) {
        this.violations = exception;
        return this;
    }

    /** Leaves checking these requests to their handlers; see {@link Violations#of}. */
    public Api unvalidated(Class<? extends SdkPojo> request) {
        unvalidated.add(request);
        return this;
    }

    /** The names of the operations served, as the SDK spells them. */
    public Set<String> operations() {
        return operations.values().stream()
                .map(Operation::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    <Q extends SdkPojo> SdkPojo run(
            Operation<Q> operation,
            Authorization authorization,
            Caller caller,
            Function<Structure, Object> input) {
        Q request = operation.request().cast(input.apply(Structure.of(operation.request())));
        authorization.check(caller.identity(), signingName, operation.name(), request);
        if (!unvalidated.contains(operation.request())) {
            List<Violation> found = Violations.of(request);
            if (!found.isEmpty()) {
                throw violations.apply(found.stream().map(Violation::text).toList());
            }
        }
        return operation.handler().apply(caller, request);
    }

    private static WireException invalid(List<String> complaints) {
        return new WireException(WireException.Kind.INVALID, Violations.sentence(complaints));
    }

    /** Letter case is ignored, as the SDK spells acronyms its own way. */
    @Nullable Operation<?> operation(String name) {
        return operations.get(key(name));
    }

    /** Whether the model of the service has an operation, which need not be served. */
    boolean isModelled(String operation) {
        return NAME.matcher(operation).matches()
                && operations.values().stream()
                        .map(served -> served.request().getPackageName())
                        .distinct()
                        .anyMatch(model -> isRequest(model + '.' + operation + "Request"));
    }

    private static boolean isRequest(String type) {
        try {
            Class<?> found = Class.forName(type, false, Api.class.getClassLoader());
            return SdkPojo.class.isAssignableFrom(found)
                    && !Modifier.isAbstract(found.getModifiers());
        } catch (ClassNotFoundException unknown) {
            return false;
        }
    }

    private static String key(String operation) {
        return operation.toLowerCase(Locale.ROOT);
    }

    String signingName() {
        return signingName;
    }

    @Nullable String targetPrefix() {
        return targetPrefix;
    }

    @Nullable String version() {
        return version;
    }

    String xmlNamespace() {
        return xmlNamespace;
    }

    boolean isEc2() {
        return ec2;
    }
}
