class Http {
    HttpClient client() {
        return HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .followRedirects(NORMAL)
            .build();
    }
}
