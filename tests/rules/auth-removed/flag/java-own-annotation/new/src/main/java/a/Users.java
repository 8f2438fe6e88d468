package a;

public class Users {
    public List<User> list() {
        return users.all();
    }
}
