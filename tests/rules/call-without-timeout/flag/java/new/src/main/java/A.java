class A {
    HttpClient client = HttpClient.newHttpClient();
}
