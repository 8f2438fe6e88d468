package a;

public class Hook {
    void handle(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readAllBytes();
        store(body);
    }
}
