export const View = () => {
  try { load(); } catch { return null; }
  return <p>hi</p>;
};
