package io.gantry.launcher;

final class Caches {
    private Caches() {}

    static void makeInBackground(Session session) {}

    static void stopMaking(Layout layout) {}
}
