export const Notice = () => <button title="go">Update notice</button>;
