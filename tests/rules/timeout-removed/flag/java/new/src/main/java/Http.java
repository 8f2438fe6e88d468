class Http {
    HttpClient client() {
        return HttpClient.newBuilder()
            .followRedirects(NORMAL)
            .build();
    }
}
