package io.gantry.control.api;

import io.gantry.common.model.WorkerId;
import io.gantry.control.core.command.Command;
import io.gantry.control.core.command.Command.NamedAttribute;
import io.gantry.control.core.state.ClusterState;
import io.gantry.control.core.state.CustomAttributes;
import io.gantry.control.core.state.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ecs.model.Attribute;
import software.amazon.awssdk.services.ecs.model.DeleteAttributesRequest;
import software.amazon.awssdk.services.ecs.model.DeleteAttributesResponse;
import software.amazon.awssdk.services.ecs.model.ListAttributesRequest;
import software.amazon.awssdk.services.ecs.model.ListAttributesResponse;
import software.amazon.awssdk.services.ecs.model.PutAttributesRequest;
import software.amazon.awssdk.services.ecs.model.PutAttributesResponse;

/**
 * The operations on attributes of container instances. Users set and delete their own; those by
 * which machines say what they are and can are theirs alone, so that no task is placed on a false
 * promise.
 */
final class Attributes {
    private static final int PAGE = 100;
    private static final int MOST_CHANGED = 10;
    private static final String TARGET = "container-instance";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_./\\\\-]{1,128}");
    private static final Pattern VALUE =
            Pattern.compile(
                    "[A-Za-z0-9_./\\\\:@-]([A-Za-z0-9_./\\\\:@ -]{0,126}[A-Za-z0-9_./\\\\:@-])?");

    private final Quorum quorum;

    Attributes(Quorum quorum) {
        this.quorum = quorum;
    }

    PutAttributesResponse put(PutAttributesRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        List<NamedAttribute> named = named(state, cluster, request.attributes());
        for (Attribute attribute : request.attributes()) {
            String value = attribute.value();
            if (value != null && !value.isEmpty() && !VALUE.matcher(value).matches()) {
                throw ApiErrors.invalid(
                        "The value of attribute '%s' must have between 1 and 128 letters, numbers, spaces, hyphens, underscores, periods, at signs, slashes, back slashes and colons, and no space at its ends."
                                .formatted(attribute.name()));
            }
        }
        quorum.accept(new Command.PutAttributes(named));
        Names names = Names.of(state);
        return PutAttributesResponse.builder()
                .attributes(named.stream().map(each -> shown(names, cluster, each)).toList())
                .build();
    }

    /** Answers which of them were there. */
    DeleteAttributesResponse delete(DeleteAttributesRequest request) {
        ClusterState state = quorum.fresh();
        var refs = new Refs(Names.of(state));
        String cluster = refs.cluster(state, request.cluster()).name();
        List<NamedAttribute> named = named(state, cluster, request.attributes());
        if (request.attributes().stream().anyMatch(each -> !Members.isNothing(each.value()))) {
            throw ApiErrors.invalid("Attributes are deleted by their names, without values.");
        }
        quorum.accept(new Command.DeleteAttributes(named));
        Names names = Names.of(state);
        return DeleteAttributesResponse.builder()
                .attributes(
                        named.stream()
                                .flatMap(each -> Stream.ofNullable(known(state, each)))
                                .map(each -> shown(names, cluster, each))
                                .toList())
                .build();
    }

    private static @Nullable NamedAttribute known(ClusterState state, NamedAttribute named) {
        Worker worker = state.workers().get(named.worker());
        String value = worker == null ? null : worker.attributes().get(named.name());
        return value == null ? null : new NamedAttribute(named.worker(), named.name(), value);
    }

    private static List<NamedAttribute> named(
            ClusterState state, String cluster, List<Attribute> attributes) {
        if (attributes.isEmpty()) {
            throw ApiErrors.invalid("attributes can not be empty");
        }
        if (attributes.size() > MOST_CHANGED) {
            throw ApiErrors.invalid("There can be at most 10 attributes in one request.");
        }
        var named = new ArrayList<NamedAttribute>();
        for (Attribute attribute : attributes) {
            named.add(
                    new NamedAttribute(
                            target(state, cluster, attribute),
                            name(attribute),
                            Objects.requireNonNullElse(attribute.value(), "")));
        }
        return named;
    }

    private static WorkerId target(ClusterState state, String cluster, Attribute attribute) {
        String target = attribute.targetId();
        String type = attribute.targetTypeAsString();
        if (target == null || target.isEmpty()) {
            throw ApiErrors.invalid("targetId can not be empty");
        }
        if (type == null ? !target.startsWith("arn:") : !type.equals(TARGET)) {
            throw ApiErrors.invalid("targetType must be " + TARGET);
        }
        WorkerId id = new Refs(Names.of(state)).instance(cluster, target);
        Worker worker = ContainerInstances.find(state, id, cluster);
        if (worker == null || worker.status() == Worker.Status.INACTIVE) {
            throw ApiErrors.noTarget("The specified target wasn't found: " + target);
        }
        return worker.id();
    }

    private static String name(Attribute attribute) {
        String name = attribute.name();
        if (name == null || !NAME.matcher(name).matches()) {
            throw ApiErrors.invalid(
                    "Attribute names must have between 1 and 128 letters, numbers, hyphens, underscores, slashes, back slashes and periods.");
        }
        if (!CustomAttributes.isCustom(name)) {
            throw ApiErrors.invalid(
                    "Attribute '%s' is reserved: names that begin with 'ecs.', 'com.amazonaws.ecs.' or 'gantry.' say what a machine is and can."
                            .formatted(name));
        }
        return name;
    }

    private static Attribute shown(Names names, String cluster, NamedAttribute attribute) {
        return Attribute.builder()
                .name(attribute.name())
                .value(attribute.value().isEmpty() ? null : attribute.value())
                .targetId(names.instance(cluster, attribute.worker()))
                .build();
    }

    ListAttributesResponse list(ListAttributesRequest request) {
        if (!TARGET.equals(request.targetTypeAsString())) {
            throw ApiErrors.invalid("targetType must be " + TARGET);
        }
        String name = request.attributeName();
        String value = request.attributeValue();
        if (name == null && value != null) {
            throw ApiErrors.invalid("attributeName can not be empty where attributeValue is given");
        }
        ClusterState state = quorum.fresh();
        Names names = Names.of(state);
        String cluster = new Refs(names).cluster(state, request.cluster()).name();
        var pages =
                Pages.of(
                        PAGE,
                        PAGE,
                        request.maxResults(),
                        request.nextToken(),
                        List.of("A", cluster, String.valueOf(name), String.valueOf(value)));
        Position last = pages.last(Position::parse);
        Stream<NamedAttribute> rows =
                state.workersOf(cluster)
                        .filter(worker -> worker.status() != Worker.Status.INACTIVE)
                        .filter(worker -> last == null || worker.id().compareTo(last.worker()) >= 0)
                        .flatMap(worker -> attributes(worker, name))
                        .filter(each -> value == null || value.equals(each.value()))
                        .filter(each -> last == null || last.isBefore(each));
        var page = pages.cut(rows, each -> new Position(each.worker(), each.name()));
        return ListAttributesResponse.builder()
                .attributes(page.rows().stream().map(each -> shown(names, cluster, each)).toList())
                .nextToken(page.nextToken())
                .build();
    }

    private static Stream<NamedAttribute> attributes(Worker worker, @Nullable String name) {
        Map<String, String> all = worker.attributes();
        if (name != null) {
            String value = all.get(name);
            return value == null
                    ? Stream.of()
                    : Stream.of(new NamedAttribute(worker.id(), name, value));
        }
        return all.entrySet().stream()
                .map(each -> new NamedAttribute(worker.id(), each.getKey(), each.getValue()));
    }

    /** Where a page has ended. */
    private record Position(WorkerId worker, String name) {
        static Position parse(String text) {
            int slash = text.indexOf('/');
            return new Position(
                    WorkerId.parse(text.substring(0, slash)), text.substring(slash + 1));
        }

        boolean isBefore(NamedAttribute attribute) {
            int compared = worker.compareTo(attribute.worker());
            return compared < 0 || (compared == 0 && name.compareTo(attribute.name()) < 0);
        }

        @Override
        public String toString() {
            return worker + "/" + name;
        }
    }
}
