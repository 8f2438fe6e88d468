CREATE UNIQUE INDEX orders_by_user
    ON public.orders (user_id);
