package a;

public class Token {
    public String get(HttpRequest request) throws Exception {
        synchronized (lock) {
            return check(client.send(request, handler));
        }
    }
}
