package a;

public class Transfer {
    @Transactional
    public void move(Account from, Account to) {
        accountRepository.save(from);
        accountRepository.save(to);
    }
}
