export const Navigation = () => <p className="text-sm">{name}</p>;
