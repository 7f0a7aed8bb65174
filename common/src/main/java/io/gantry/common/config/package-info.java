/**
 * Configuration of a process: one YAML file and environment variables, typed. All that is wrong is
 * reported together, so that it takes one attempt to put it right. Start with {@link
 * io.gantry.common.config.Settings}.
 */
@NullMarked
package io.gantry.common.config;

import org.jspecify.annotations.NullMarked;
