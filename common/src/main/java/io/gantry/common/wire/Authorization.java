package io.gantry.common.wire;

import software.amazon.awssdk.core.SdkPojo;

/** Decides who may do what. */
@FunctionalInterface
public interface Authorization {

    /** Whoever is known may do everything. */
    Authorization ALL = (_, _, _, _) -> {};

    /**
     * Returns if the operation is allowed, else throws an exception that the service models.
     *
     * @param service the signing name, such as {@code ecs}
     * @param operation as the SDK spells it
     * @param request as the client sent it; not checked against its model yet
     */
    void check(Identity identity, String service, String operation, SdkPojo request);
}
