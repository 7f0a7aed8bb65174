package io.gantry.common.time;

enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
