package io.gantry.common.time;

final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock();

    private volatile long offsetMillis;

    private SystemClock() {}

    @Override
    public long nowMillis() {
        return System.currentTimeMillis() + offsetMillis;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    void shift(long millis) {
        offsetMillis = millis;
    }
}
