package a;

public class S {
}
