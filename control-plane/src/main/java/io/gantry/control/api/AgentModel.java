package io.gantry.control.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.LocationTrait;
import software.amazon.awssdk.core.traits.Trait;
import software.amazon.awssdk.utils.builder.Buildable;

/** What agents send beyond the public model of ECS. */
public final class AgentModel {

    private AgentModel() {}

    /**
     * A registration with the token that an agent draws once per start. It is its own builder, and
     * has one member more than the SDK's class of the same name.
     */
    public static final class RegisterContainerInstanceRequest implements SdkPojo, Buildable {
        private static final String TOKEN = "clientToken";
        private static final List<SdkField<?>> FIELDS = fields();

        private final software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest
                        .Builder
                modelled =
                        software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest
                                .builder();
        private @Nullable String clientToken;

        private RegisterContainerInstanceRequest() {}

        /** For the codec, which finds it by its name. */
        public static RegisterContainerInstanceRequest builder() {
            return new RegisterContainerInstanceRequest();
        }

        @Override
        public Object build() {
            return this;
        }

        @Override
        public List<SdkField<?>> sdkFields() {
            return FIELDS;
        }

        @Nullable String clientToken() {
            return clientToken;
        }

        /** Everything but the token. */
        software.amazon.awssdk.services.ecs.model.RegisterContainerInstanceRequest modelled() {
            return modelled.build();
        }

        private static List<SdkField<?>> fields() {
            var fields = new ArrayList<SdkField<?>>();
            builder().modelled.sdkFields().forEach(field -> fields.add(forwarding(field)));
            fields.add(
                    SdkField.<String>builder(MarshallingType.STRING)
                            .memberName(TOKEN)
                            .getter(owner -> ((RegisterContainerInstanceRequest) owner).clientToken)
                            .setter(
                                    (owner, value) ->
                                            ((RegisterContainerInstanceRequest) owner).clientToken =
                                                    value)
                            .traits(
                                    LocationTrait.builder()
                                            .location(MarshallLocation.PAYLOAD)
                                            .locationName(TOKEN)
                                            .build())
                            .build());
            return List.copyOf(fields);
        }

        private static <T> SdkField<T> forwarding(SdkField<T> field) {
            Trait[] traits =
                    Stream.of(LocationTrait.class, ListTrait.class)
                            .map(type -> (Trait) field.getTrait(type))
                            .filter(Objects::nonNull)
                            .toArray(Trait[]::new);
            return SdkField.<T>builder(field.marshallingType())
                    .memberName(field.memberName())
                    .constructor(field.constructor())
                    .getter(
                            owner ->
                                    field.getValueOrDefault(
                                            ((RegisterContainerInstanceRequest) owner).modelled()))
                    .setter(
                            (owner, value) ->
                                    field.set(
                                            ((RegisterContainerInstanceRequest) owner).modelled,
                                            value))
                    .traits(traits)
                    .build();
        }
    }
}
