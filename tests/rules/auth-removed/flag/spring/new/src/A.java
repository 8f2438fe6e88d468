class A {
  @DeleteMapping("/users/{id}")
  public void deleteUser(long id) {
    users.delete(id);
  }
}
