export const View = () => <p>hi</p>;
