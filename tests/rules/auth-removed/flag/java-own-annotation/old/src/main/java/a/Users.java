package a;

public class Users {
    @RequiresPermission("users:read")
    public List<User> list() {
        return users.all();
    }
}
