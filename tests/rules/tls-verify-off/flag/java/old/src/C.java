class C {
  void a() {}
}
