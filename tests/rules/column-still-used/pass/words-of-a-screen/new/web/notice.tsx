// Shown above every page.
export const Notice = () => <button title="go">Update notice, taken from notice board</button>;
