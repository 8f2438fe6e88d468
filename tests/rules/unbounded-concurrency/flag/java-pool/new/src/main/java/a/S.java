package a;

public class S {
    private final ExecutorService pool = Executors.newCachedThreadPool();
}
