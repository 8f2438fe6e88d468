package a;

public class Rates {
    private final HttpClient client;

    public double fetch(HttpRequest request) throws Exception {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        return Double.parseDouble(response.body());
    }
}
