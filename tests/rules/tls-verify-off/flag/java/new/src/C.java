class C {
  void a() { builder.hostnameVerifier(NoopHostnameVerifier.INSTANCE); }
}
