class A {
  @PreAuthorize("hasRole('ADMIN')")
  @DeleteMapping("/users/{id}")
  public void deleteUser(long id) {
    users.delete(id);
  }
}
