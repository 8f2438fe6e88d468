class Load {
    fun user(id: String): User? {
        return users[id]
    }
}
