package io.gantry.control.core.state;

import io.gantry.common.model.Arn;

/**
 * What makes an installation itself, fixed when it is founded.
 *
 * @param region the region in all ARNs, for instance {@code us-east-1}
 * @param account the twelve digits of the account in all ARNs
 * @param rootKey the credentials that may do everything
 */
public record Realm(String region, String account, AccessKey rootKey) {

    /** The full name of the root user, who owns everything as long as there are no others. */
    public String root() {
        return new Arn("iam", "", account, "root").toString();
    }

    /**
     * A key pair that requests are signed with.
     *
     * @param id the public part
     * @param secret the private part
     */
    public record AccessKey(String id, String secret) {

        @Override
        public String toString() {
            return "AccessKey[" + id + "]";
        }
    }
}
